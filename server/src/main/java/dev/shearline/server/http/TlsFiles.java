package dev.shearline.server.http;

import java.nio.file.Path;

/**
 * Where a certificate lies, as PEM.
 *
 * @param certificates the certificate, followed by its chain
 * @param key the private key of it, without a password
 */
public record TlsFiles(Path certificates, Path key) {}
