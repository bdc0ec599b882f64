package dev.shearline.server.keys;

import dev.shearline.server.db.Tx;
import dev.shearline.server.identity.MembershipId;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.identity.UnitId;
import dev.shearline.server.identity.UserId;
import dev.shearline.token.ApiKeyId;
import java.util.ArrayList;
import java.util.List;

/**
 * What the filters of a list by owner, by unit and by maker mean: memberships and units that this transaction can see. A name that means
 * nothing here is no error, it has no keys.
 */
record KeyHolders(List<String> memberships, List<String> units) {

    static final int HOLDERS_MAX = 1_000;

    private static final String MEMBERSHIPS_OF_USER = """
            SELECT id FROM membership WHERE user_id = :id ORDER BY id LIMIT :limit
            """;
    private static final String MEMBERSHIPS_OF_EXTERNAL_USER = """
            SELECT m.id FROM membership AS m JOIN app_user AS p ON p.id = m.user_id
             WHERE p.external_id = :id AND p.state <> 'removed' ORDER BY m.id LIMIT :limit
            """;
    private static final String EXTERNAL_UNITS = """
            SELECT id FROM unit WHERE external_id = :id AND state <> 'removed'
             UNION ALL
            SELECT id FROM organization WHERE external_id = :id AND state <> 'closed'
             LIMIT :limit
            """;

    private static final String KEYS_OF_MEMBERSHIPS = """
        SELECT id FROM api_key WHERE membership_id = ANY (:memberships) ORDER BY id LIMIT :limit
        """;

    static KeyHolders owners(Tx tx, Ref ref) {
        return switch (ref) {
            case Ref.ById(var id)
            when UserId.find(id).isPresent() -> new KeyHolders(ids(tx, MEMBERSHIPS_OF_USER, id), List.of());
            case Ref.ById(var id) when MembershipId.find(id).isPresent() -> new KeyHolders(List.of(id), List.of());
            case Ref.ById(var id) -> new KeyHolders(List.of(), unit(id));
            case Ref.ByExternalId(var id) ->
                new KeyHolders(ids(tx, MEMBERSHIPS_OF_EXTERNAL_USER, id), ids(tx, EXTERNAL_UNITS, id));
        };
    }

    static List<String> units(Tx tx, Ref ref) {
        return switch (ref) {
            case Ref.ById(var id) -> unit(id);
            case Ref.ByExternalId(var id) -> ids(tx, EXTERNAL_UNITS, id);
        };
    }

    /** As whom a member makes keys: themselves, and the keys of theirs that this transaction sees. A key makes some as itself. */
    static List<String> makers(Tx tx, Ref ref) {
        if (ref instanceof Ref.ById(var id) && ApiKeyId.find(id).isPresent()) {
            return List.of(id);
        }
        var makers = new ArrayList<>(owners(tx, ref).memberships());
        makers.addAll(tx.handle()
                .createQuery(KEYS_OF_MEMBERSHIPS)
                .bindArray("memberships", String.class, List.copyOf(makers))
                .bind("limit", HOLDERS_MAX)
                .mapTo(String.class)
                .list());
        return makers;
    }

    private static List<String> unit(String id) {
        return UnitId.find(id).isPresent() ? List.of(id) : List.of();
    }

    private static List<String> ids(Tx tx, String sql, String id) {
        return tx.handle()
                .createQuery(sql)
                .bind("id", id)
                .bind("limit", HOLDERS_MAX)
                .mapTo(String.class)
                .list();
    }
}
