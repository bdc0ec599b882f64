/**
 * Verification and revocation in the words of others: OAuth 2.0 introspection (RFC 7662) and revocation (RFC 7009), and the question that
 * proxies ask before they pass a request on. Verdicts are those of {@code verify}; nothing is decided here.
 */
@NullMarked
package dev.shearline.server.standards;

import org.jspecify.annotations.NullMarked;
