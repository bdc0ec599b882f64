package dev.shearline.spring;

import dev.shearline.client.LocalVerifier;
import dev.shearline.client.Question;
import dev.shearline.client.Requirement;
import dev.shearline.client.ShearlineException;
import dev.shearline.client.Verdict;
import dev.shearline.client.VerifiedKey;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.oauth2.core.DefaultOAuth2AuthenticatedPrincipal;
import org.springframework.security.oauth2.core.OAuth2AuthenticatedPrincipal;
import org.springframework.security.oauth2.server.resource.introspection.BadOpaqueTokenException;

/** Makes of a key what Spring Security knows: a principal with an authority {@code SCOPE_…} for each scope. */
final class KeyPrincipals {

    private final LocalVerifier verifier;
    private final Requirement requirement;

    KeyPrincipals(LocalVerifier verifier, ShearlineProperties properties) {
        this.verifier = verifier;
        this.requirement = properties.test() ? Requirement.NONE.inTestMode() : Requirement.NONE;
    }

    /**
     * @param address of the connection; the zone of a local one is this machine's affair
     * @throws BadOpaqueTokenException where the key is refused, or is nothing that can be asked about: 401
     * @throws NobodyAnsweredException where nobody could say
     */
    OAuth2AuthenticatedPrincipal of(String token, Optional<String> address) {
        var question = Question.about(token).requiring(requirement);
        var verdict = verdict(
                address.map(KeyPrincipals::withoutZone).map(question::from).orElse(question));
        if (verdict instanceof Verdict.Allowed allowed) {
            return principal(allowed.verified());
        }
        if (verdict instanceof Verdict.Unavailable none) {
            throw new NobodyAnsweredException(none.code());
        }
        throw new BadOpaqueTokenException("The key is refused: " + verdict.code());
    }

    private Verdict verdict(Question question) {
        try {
            return verifier.verify(question);
        } catch (ShearlineException e) {
            throw new BadOpaqueTokenException("The key cannot be asked about: " + e.code(), e);
        }
    }

    private static String withoutZone(String address) {
        int zone = address.indexOf('%');
        return zone < 0 ? address : address.substring(0, zone);
    }

    private static OAuth2AuthenticatedPrincipal principal(VerifiedKey key) {
        Collection<GrantedAuthority> authorities = List.copyOf(key.scopes().stream()
                .map(scope -> new SimpleGrantedAuthority("SCOPE_" + scope))
                .toList());
        return new DefaultOAuth2AuthenticatedPrincipal(key.id(), attributes(key), authorities);
    }

    private static Map<String, Object> attributes(VerifiedKey key) {
        var attributes = new LinkedHashMap<String, Object>();
        attributes.put("sub", key.id());
        attributes.put("shearline", key);
        key.organization()
                .ifPresent(place ->
                        attributes.put("organization", place.externalId().orElse(place.id())));
        key.owner()
                .flatMap(owner -> owner.externalId().or(owner::id))
                .ifPresent(owner -> attributes.put("owner", owner));
        return attributes;
    }
}
