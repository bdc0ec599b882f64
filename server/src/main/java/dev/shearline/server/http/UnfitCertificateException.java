package dev.shearline.server.http;

/** A certificate that cannot be served. The message names the file and says why. */
public final class UnfitCertificateException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String fault;

    UnfitCertificateException(String fault) {
        super(fault);
        this.fault = fault;
    }

    public String fault() {
        return fault;
    }
}
