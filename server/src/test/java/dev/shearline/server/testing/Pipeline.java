package dev.shearline.server.testing;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** One kept-alive HTTP/1.1 connection over which many questions are sent at once: it costs next to nothing, so that a test can ask thousands a second. */
public final class Pipeline implements AutoCloseable {

    private static final int TIMEOUT_MS = 30_000;
    private static final String CONTENT_LENGTH = "content-length:";
    private static final String CODE = "\"code\":\"";

    /** A status, and the code of the verdict or the problem. */
    public record Answer(int status, String code) {}

    private final Socket socket;
    private final InputStream in;

    public Pipeline(Socket socket) throws IOException {
        this.socket = socket;
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(TIMEOUT_MS);
        in = new BufferedInputStream(socket.getInputStream(), 16 * 1024);
    }

    /** A question as it goes over the wire. */
    public static String verification(String verifier, String key) {
        var body = "{\"key\":\"" + key + "\"}";
        return "POST /v1/keys/verify HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + verifier
                + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
    }

    /** The answers, in the order of the questions. */
    public List<Answer> ask(List<String> questions) throws IOException {
        socket.getOutputStream().write(String.join("", questions).getBytes(StandardCharsets.US_ASCII));
        var answers = new ArrayList<Answer>();
        for (int i = 0; i < questions.size(); i++) {
            answers.add(answer());
        }
        return answers;
    }

    private Answer answer() throws IOException {
        int status = Integer.parseInt(line().substring(9, 12));
        int length = 0;
        for (var header = line(); !header.isEmpty(); header = line()) {
            if (header.regionMatches(true, 0, CONTENT_LENGTH, 0, CONTENT_LENGTH.length())) {
                length = Integer.parseInt(
                        header.substring(CONTENT_LENGTH.length()).strip());
            }
        }
        var body = new String(in.readNBytes(length), StandardCharsets.UTF_8);
        int at = body.indexOf(CODE);
        return new Answer(
                status, at < 0 ? "" : body.substring(at + CODE.length(), body.indexOf('"', at + CODE.length())));
    }

    private String line() throws IOException {
        var line = new StringBuilder(64);
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the connection was closed");
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
