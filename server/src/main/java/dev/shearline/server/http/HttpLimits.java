package dev.shearline.server.http;

import java.time.Duration;

/** What one request, one connection and one node may take at most. */
public final class HttpLimits {

    public static final int BODY_BYTES_MAX = 64 * 1024;
    /** Of the few routes that take many things at once. */
    public static final int LARGE_BODY_BYTES_MAX = 1024 * 1024;
    /** That arrive at the same time. */
    static final int LARGE_BODIES_MAX = 16;

    public static final int HEADER_BYTES_MAX = 16 * 1024;
    public static final int URL_BYTES_MAX = 4 * 1024;

    /** How much of a body that is too large is read and thrown away, so that its sender gets to read the answer. */
    static final int DISCARDED_BYTES_MAX = 1024 * 1024;

    /** {@code OPTIONS}, two spaces and {@code HTTP/1.1} fit beside the URL. */
    static final int REQUEST_LINE_BYTES_MAX = URL_BYTES_MAX + 32;

    static final int CONNECTIONS_MAX = 10_000;
    static final int BLOCKING_REQUESTS_MAX = 512;
    static final int STREAMS_MAX = 1_000;
    static final int STREAM_BACKLOG_BYTES_MAX = 256 * 1024;

    /** Long bodies that leave at the same time. */
    static final int DOWNLOADS_MAX = 32;
    /** Of them those of one organization, or of one operator: whoever reads slowly leaves room for the others. */
    static final int DOWNLOADS_EACH_MAX = 4;

    static final int QUERY_PARAMETERS_MAX = 64;
    /** What of it is kept in the audit log. */
    static final int USER_AGENT_CHARACTERS_MAX = 512;

    static final int CREDENTIAL_CHARACTERS_MAX = 2_048;
    static final int FORWARDED_HOPS_MAX = 32;

    public static final int PAGE_ITEMS_MAX = 100;
    public static final int PAGE_ITEMS_DEFAULT = 25;
    static final int CURSOR_CHARACTERS_MAX = 2_048;

    static final int JSON_DEPTH_MAX = 32;
    static final int JSON_NUMBER_CHARACTERS_MAX = 40;
    static final int JSON_NAME_CHARACTERS_MAX = 128;

    static final Duration HANDSHAKE_TIME_MAX = Duration.ofSeconds(10);
    static final Duration IDLE_TIME_MAX = Duration.ofSeconds(75);
    static final Duration BODY_TIME_MAX = Duration.ofSeconds(10);

    /** Longer than any wait of a handler: the acknowledgement of a revocation, an idempotent duplicate, a statement. */
    static final Duration ANSWER_TIME_MAX = Duration.ofSeconds(30);

    /** For a part of a long body to leave: then its client reads no more. */
    static final Duration PART_TIME_MAX = Duration.ofSeconds(30);

    /** For all of a long body to leave; what has not left by then is cut off. */
    static final Duration DOWNLOAD_TIME_MAX = Duration.ofMinutes(15);

    /** For what is under way on a listener to be answered, and again for the handlers behind it to end. */
    public static final Duration STOP_TIME_MAX = Duration.ofSeconds(10);

    static final Duration START_TIME_MAX = Duration.ofSeconds(30);

    /** How often the files of the certificate are looked at. */
    static final Duration CERTIFICATE_LOOK_INTERVAL = Duration.ofSeconds(2);

    static final Duration OVERLOADED_RETRY_AFTER = Duration.ofSeconds(1);

    private HttpLimits() {}
}
