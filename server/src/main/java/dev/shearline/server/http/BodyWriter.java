package dev.shearline.server.http;

/** Writes the body of an answer that is too long to hold, part by part. Runs on a virtual thread, and may block. */
@FunctionalInterface
public interface BodyWriter {

    /** What it throws ends the connection in the middle of the body: the head has been sent. */
    void writeTo(BodySink sink);
}
