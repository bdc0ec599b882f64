package dev.shearline.server.identity;

import dev.shearline.token.ApiKeyId;
import dev.shearline.token.KeyMode;
import java.util.List;
import java.util.Optional;

/** Who asks. Every request and every job has exactly one; the audit log stores it. */
public sealed interface Actor {

    /** What it may do at most. */
    ScopeSet scopes();

    /** What it came with is for tests, or live. People and the server itself are no test. */
    default KeyMode mode() {
        return KeyMode.LIVE;
    }

    /** Its id in the audit log and in {@code created_by}. */
    String id();

    /** A person who has signed in. */
    record Member(MembershipId membership, UserId user, OrganizationId organization, Rights rights) implements Actor {
        @Override
        public ScopeSet scopes() {
            return rights.scopes();
        }

        @Override
        public String id() {
            return membership.value();
        }
    }

    /** An API key of an organization. */
    record Key(ApiKeyId key, OrganizationId organization, Rights rights, KeyMode mode) implements Actor {

        /** A live one; also where nothing is changed, so that the mode does not matter. */
        public Key(ApiKeyId key, OrganizationId organization, Reach reach, ScopeSet scopes) {
            this(key, organization, Rights.of(scopes, reach), KeyMode.LIVE);
        }

        @Override
        public ScopeSet scopes() {
            return rights.scopes();
        }

        @Override
        public String id() {
            return key.toString();
        }
    }

    /**
     * The drop-in component, with a part of the rights of the key that opened it.
     *
     * @param rights to act
     * @param grants to give to keys
     */
    record Embed(ApiKeyId parent, EmbedTerms terms, Rights rights, Rights grants, KeyMode mode) implements Actor {
        @Override
        public ScopeSet scopes() {
            return rights.scopes();
        }

        /** Whoever it stands for, and not the session: they are the same in the next one. */
        @Override
        public String id() {
            return terms.subject();
        }

        public OrganizationId organization() {
            return terms.organization();
        }
    }

    /** An operator of the instance: its scopes hold over all organizations. */
    record Operator(ApiKeyId key, ScopeSet scopes, KeyMode mode) implements Actor {

        /** A live one; also where nothing is changed, so that the mode does not matter. */
        public Operator(ApiKeyId key, ScopeSet scopes) {
            this(key, scopes, KeyMode.LIVE);
        }

        @Override
        public String id() {
            return key.toString();
        }
    }

    /** Somebody who holds a key and acts on that key alone. */
    record Possession(ApiKeyId key, OrganizationId organization) implements Actor {
        @Override
        public ScopeSet scopes() {
            return ScopeSet.NONE;
        }

        @Override
        public String id() {
            return key.toString();
        }
    }

    /** The server itself. */
    record Job(String name) implements Actor {
        @Override
        public ScopeSet scopes() {
            return ScopeSet.ALL;
        }

        @Override
        public String id() {
            return "job_" + name;
        }
    }

    /** The one organization that this actor belongs to; operators and jobs belong to none. */
    default Optional<OrganizationId> organizationOf() {
        return switch (this) {
            case Member member -> Optional.of(member.organization());
            case Key key -> Optional.of(key.organization());
            case Embed embed -> Optional.of(embed.organization());
            case Possession possession -> Optional.of(possession.organization());
            case Operator _, Job _ -> Optional.empty();
        };
    }

    /** Whose part of a shared room this takes: its organization's, or its own. */
    default String share() {
        return organizationOf().map(OrganizationId::value).orElseGet(this::id);
    }

    /** What this actor may do in an organization; empty when it may not know that the organization exists. */
    default Optional<Rights> rightsIn(OrganizationId organization) {
        return switch (this) {
            case Operator _, Job _ -> Optional.of(Rights.of(scopes(), Reach.whole()));
            case Member member ->
                member.organization().equals(organization) ? Optional.of(member.rights()) : Optional.empty();
            case Key key -> key.organization().equals(organization) ? Optional.of(key.rights()) : Optional.empty();
            case Embed embed ->
                embed.organization().equals(organization) ? Optional.of(embed.rights()) : Optional.empty();
            case Possession possession ->
                possession.organization().equals(organization) ? Optional.of(Rights.NONE) : Optional.empty();
        };
    }

    /** What this actor may give to a key; of all but embed sessions whatever it may do itself. */
    default Optional<Rights> grantsIn(OrganizationId organization) {
        return this instanceof Embed embed && embed.organization().equals(organization)
                ? Optional.of(embed.grants())
                : rightsIn(organization);
    }

    /** What an embed session gives to every key; nothing of all others. */
    default Forced forced() {
        return this instanceof Embed embed ? embed.terms().forced() : Forced.NOTHING;
    }

    /** Whether this actor changes what belongs to this audience of an organization. */
    default boolean manages(OrganizationId organization, String audience) {
        return rightsIn(organization)
                .filter(rights -> rights.manages().includes(audience))
                .isPresent();
    }

    /** Whether this actor changes everything in an organization. */
    default boolean managesWhole(OrganizationId organization) {
        return rightsIn(organization)
                .filter(rights -> rights.manages().isWhole())
                .isPresent();
    }

    /** Whether this actor holds a scope for an organization as a whole, and not at some unit of it alone. */
    default boolean holdsInWhole(Scope scope, OrganizationId organization) {
        return rightsIn(organization)
                .filter(rights ->
                        rights.scopesAt(List.of(UnitId.rootOf(organization))).covers(scope))
                .isPresent();
    }

    /**
     * Whether this actor reads the audit log of an organization, which is of all of it: a person who holds {@code audit:read} at the
     * organization, by a role or because the host says so, and any other credential that reaches the whole.
     */
    default boolean readsAudit(OrganizationId organization) {
        return holdsInWhole(Scope.AUDIT_READ, organization) && (managesWhole(organization) || isPerson(organization));
    }

    /** By a session or a personal key, which sees something; what is embedded in a page acts for them in a part of it. */
    private boolean isPerson(OrganizationId organization) {
        return !(this instanceof Embed)
                && rightsIn(organization)
                        .filter(rights -> rights.holder().isPresent())
                        .filter(rights -> !rights.sees().equals(Reach.nothing()))
                        .isPresent();
    }

    /** Whether this actor decides what an organization allows itself: an owner of a unit does not, nor does a team's key, whatever its scopes. */
    default boolean changesPolicy(OrganizationId organization) {
        boolean owner = rightsIn(organization)
                .flatMap(Rights::holder)
                .map(member -> member.findRoleAt(List.of(UnitId.rootOf(organization)))
                        .filter(role -> role.isAtLeast(Action.CHANGE_POLICY.least()))
                        .isPresent())
                .orElse(true);
        return owner && managesWhole(organization) && holdsInWhole(Scope.POLICIES_WRITE, organization);
    }

    /** Whether this is who it was before, and may do and see all that it could then. */
    default boolean mayWhatCould(Actor before) {
        return kind().equals(before.kind())
                && id().equals(before.id())
                && before.scopes().scopes().stream().allMatch(scopes()::covers)
                && organizationOf().equals(before.organizationOf())
                && organizationOf().stream()
                        .allMatch(organization -> rightsIn(organization)
                                .orElseThrow()
                                .includesAll(before.rightsIn(organization).orElseThrow()));
    }

    /** {@code member}, {@code key}, …: as the audit log says it. */
    default String kind() {
        return switch (this) {
            case Member _ -> "member";
            case Key _ -> "key";
            case Embed _ -> "embed";
            case Operator _ -> "operator";
            case Possession _ -> "possession";
            case Job _ -> "job";
        };
    }
}
