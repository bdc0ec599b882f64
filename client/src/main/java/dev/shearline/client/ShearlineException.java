package dev.shearline.client;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A request that was not answered as asked. Programs decide by {@link #code()}. */
public final class ShearlineException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** No answer came: the address is wrong, nothing runs there, or it took too long. */
    public static final String UNREACHABLE = "unreachable";
    /** What came is no answer of a Shearline. */
    public static final String UNEXPECTED_ANSWER = "unexpected_answer";

    /** A fault of one field. */
    public record FieldError(String field, String detail) {}

    private final int status;
    private final String code;
    private final transient Problem problem;

    /** What only an HTTP answer has. */
    record Problem(
            Optional<String> field,
            List<FieldError> errors,
            Optional<String> requestId,
            Optional<Duration> retryAfter) {

        static final Problem NONE = new Problem(Optional.empty(), List.of(), Optional.empty(), Optional.empty());
    }

    ShearlineException(int status, String code, String detail, Problem problem, @Nullable Throwable cause) {
        super(detail, cause);
        this.status = status;
        this.code = code;
        this.problem = problem;
    }

    static ShearlineException unreachable(String detail, @Nullable Throwable cause) {
        return new ShearlineException(0, UNREACHABLE, detail, Problem.NONE, cause);
    }

    static ShearlineException unexpected(int status, String detail, @Nullable Throwable cause) {
        return new ShearlineException(status, UNEXPECTED_ANSWER, detail, Problem.NONE, cause);
    }

    /** Of the answer; 0 where none came. */
    public int status() {
        return status;
    }

    /** A code of the API's reference, {@link #UNREACHABLE} or {@link #UNEXPECTED_ANSWER}. */
    public String code() {
        return code;
    }

    /** What to do, in a sentence. */
    public String detail() {
        return String.valueOf(getMessage());
    }

    /** The field or parameter at fault. */
    public Optional<String> field() {
        return problem.field();
    }

    /** Further faults of the same request. */
    public List<FieldError> errors() {
        return problem.errors();
    }

    /** By which whoever runs the server finds the request. */
    public Optional<String> requestId() {
        return problem.requestId();
    }

    public Optional<Duration> retryAfter() {
        return problem.retryAfter();
    }
}
