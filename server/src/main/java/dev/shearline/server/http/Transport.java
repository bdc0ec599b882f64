package dev.shearline.server.http;

/** How requests reach a listener. */
public enum Transport {
    /** Over TLS that ends here. */
    TLS,
    /** In the clear: fit for this machine itself, and for a proxy that has served TLS. */
    PLAIN,
    /** Of no concern: no key is answered here. */
    UNCHECKED
}
