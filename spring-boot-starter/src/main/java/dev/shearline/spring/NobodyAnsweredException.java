package dev.shearline.spring;

import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.oauth2.server.resource.introspection.OAuth2IntrospectionException;

/** Nobody could say whether a key is good: the request gets 503. */
final class NobodyAnsweredException extends OAuth2IntrospectionException {

    static final int STATUS = 503;
    static final String RETRY_AFTER_SECONDS = "1";

    private static final long serialVersionUID = 1;

    NobodyAnsweredException(String code) {
        super("The key could not be verified: " + code);
    }

    /** As Spring Security passes it on. */
    static boolean isCauseOf(AuthenticationServiceException failure) {
        return failure.getCause() instanceof NobodyAnsweredException;
    }
}
