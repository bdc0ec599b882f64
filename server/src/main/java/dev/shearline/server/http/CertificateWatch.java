package dev.shearline.server.http;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.ServerSSLOptions;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Exchanges the certificate when its files change. The contents are compared and not the times: a link that leads elsewhere, as containers
 * mount secrets, is a change too. Connections that stand keep the certificate with which they began.
 *
 * <p>Files that will not do (written halfway, a key of another certificate, gone) change nothing: the old certificate is served, the log
 * says why once, and the next look tries again.
 */
final class CertificateWatch {

    private static final Logger log = LoggerFactory.getLogger(CertificateWatch.class);

    private final Vertx vertx;
    private final TlsFiles files;
    private volatile ServerCertificate served;
    private volatile String fault = "";
    private long timer;

    private CertificateWatch(Vertx vertx, TlsFiles files, ServerCertificate served) {
        this.vertx = vertx;
        this.files = files;
        this.served = served;
    }

    static CertificateWatch begin(Vertx vertx, TlsFiles files) throws UnfitCertificateException {
        return new CertificateWatch(
                vertx, files, ServerCertificate.of(ServerCertificate.Pem.read(files), files, vertx));
    }

    ServerCertificate served() {
        return served;
    }

    void start(Function<ServerSSLOptions, Future<?>> exchange) {
        log.info("serving TLS with {}", served);
        timer = vertx.setPeriodic(
                HttpLimits.CERTIFICATE_LOOK_INTERVAL.toMillis(),
                _ -> vertx.executeBlocking(() -> {
                    look(exchange);
                    return served;
                }));
    }

    private void look(Function<ServerSSLOptions, Future<?>> exchange) {
        try {
            var pem = ServerCertificate.Pem.read(files);
            if (!served.isOf(pem)) {
                var found = ServerCertificate.of(pem, files, vertx);
                exchange.apply(found.options())
                        .onSuccess(_ -> exchanged(found))
                        .onFailure(e -> keep("the new certificate is refused, " + e));
                return;
            }
            fault = "";
        } catch (UnfitCertificateException e) {
            keep(e.fault());
        }
    }

    private void exchanged(ServerCertificate found) {
        served = found;
        fault = "";
        log.info("new connections get the certificate {}", found);
    }

    private void keep(String why) {
        if (!why.equals(fault)) {
            fault = why;
            log.warn("the certificate stays as it is: {}", why);
        }
    }

    void close() {
        vertx.cancelTimer(timer);
    }
}
