package dev.shearline.spring;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.core.Ordered;
import org.springframework.security.authentication.AuthenticationServiceException;

/** Before Spring Security: an error page would need a key itself. */
final class UnavailableFilter implements Filter, Ordered {

    @Override
    public int getOrder() {
        return HIGHEST_PRECEDENCE;
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        try {
            chain.doFilter(request, response);
        } catch (AuthenticationServiceException e) {
            if (!NobodyAnsweredException.isCauseOf(e) || !(response instanceof HttpServletResponse http)) {
                throw e;
            }
            http.setStatus(NobodyAnsweredException.STATUS);
            http.setHeader("Retry-After", NobodyAnsweredException.RETRY_AFTER_SECONDS);
        }
    }
}
