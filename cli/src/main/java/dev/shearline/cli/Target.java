package dev.shearline.cli;

import dev.shearline.token.Secret;
import java.net.URI;

/** The instance that a command speaks to, and the key that it speaks with. */
record Target(URI url, Secret key) {

    static Target of(String url, String key) {
        return new Target(parse(url), Secret.of(key));
    }

    static URI parse(String url) {
        try {
            var uri = URI.create(withoutSlash(url));
            if (uri.getHost() != null && ("http".equals(uri.getScheme()) || "https".equals(uri.getScheme()))) {
                return uri;
            }
        } catch (IllegalArgumentException e) {
            // told below, as any other URL that is none
        }
        throw CommandFailure.usage(
                "Not a URL of an instance: " + Text.printable(url) + ". Write http://host:port or https://host.");
    }

    static String withoutSlash(String url) {
        return url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
    }

    /** What is said to this machine stays on it. */
    static boolean isLoopback(String url) {
        var host = parse(url).getHost();
        return host.equals("localhost") || host.equals("[::1]") || host.matches("127(\\.\\d{1,3}){3}");
    }
}
