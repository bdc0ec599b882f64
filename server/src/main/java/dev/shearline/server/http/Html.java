package dev.shearline.server.http;

import io.vertx.core.buffer.Buffer;
import java.util.Map;

/** Puts a page together. Text is escaped; a script is one of ours, and named in the headers by a nonce, or it does not run. */
public final class Html {

    /** Nothing from elsewhere, no script at all, never inside another page. Forms go back to us. */
    private static final Map<String, String> HEADERS = Map.of(
            "Content-Security-Policy",
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
            "Referrer-Policy",
            "no-referrer",
            "Cross-Origin-Opener-Policy",
            "same-origin");

    private static final String TYPE = "text/html; charset=utf-8";
    private static final int EXPECTED_CHARACTERS = 4096;

    private final StringBuilder out = new StringBuilder(EXPECTED_CHARACTERS);

    private Html() {}

    /** A part of a page. */
    public static Html part() {
        return new Html();
    }

    /** A whole page, up to its body. */
    public static Html page(String title, String style) {
        return new Html()
                .append("<!DOCTYPE html>\n<html lang=\"en\">")
                .open("head")
                .append("<meta charset=\"utf-8\">")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">")
                .append("<meta name=\"color-scheme\" content=\"light dark\">")
                .element("title", title)
                .append("<link rel=\"stylesheet\" href=\"" + escaped(style) + "\">")
                .close("head")
                .open("body");
    }

    /** @param attributes names and values in turns */
    public Html open(String tag, String... attributes) {
        out.append('<').append(tag);
        for (int i = 0; i < attributes.length; i += 2) {
            out.append(' ').append(attributes[i]).append("=\"");
            out.append(escaped(attributes[i + 1])).append('"');
        }
        return append(">");
    }

    public Html close(String tag) {
        return append("</" + tag + ">");
    }

    public Html text(String text) {
        return append(escaped(text));
    }

    public Html element(String tag, String text, String... attributes) {
        return open(tag, attributes).text(text).close(tag);
    }

    public Html link(String to, String text) {
        return element("a", text, "href", to);
    }

    /** Markup of a renderer that escapes by itself. */
    public Html rendered(String markup) {
        return append(markup);
    }

    public Html add(Html part) {
        return append(part.out.toString());
    }

    /** A module of this instance. */
    public Html script(String nonce, String source) {
        return element("script", "", "type", "module", "nonce", nonce, "src", source);
    }

    /** A module that stands in the page, written by us. */
    public Html scriptText(String nonce, String code) {
        if (code.contains("</")) {
            throw new IllegalArgumentException("a script that stands in a page has no \"</\"");
        }
        return open("script", "type", "module", "nonce", nonce).append(code).close("script");
    }

    private Html append(String markup) {
        out.append(markup);
        return this;
    }

    public Buffer toBuffer() {
        return Buffer.buffer(out.toString() + "</body></html>\n");
    }

    /** The page as an answer, with the headers that keep a browser from doing more than show it. */
    public Response toResponse(int status) {
        return respond(status, toBuffer());
    }

    /** The same of a page whose scripts have this nonce; what they load and ask is of this instance alone. */
    public Response toResponse(int status, String nonce) {
        return toResponse(status)
                .withHeader(
                        "Content-Security-Policy",
                        "default-src 'none'; script-src 'nonce-" + nonce + "'; style-src 'self' 'nonce-" + nonce
                                + "'; img-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none';"
                                + " frame-ancestors 'none'");
    }

    public static Response respond(int status, Buffer page) {
        return new Response(status, HEADERS, new Response.Body.Rendered(TYPE, page));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
