package dev.shearline.server;

import dev.shearline.server.http.Paging;
import dev.shearline.server.identity.Caller;
import dev.shearline.server.identity.KeyType;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.identity.Ref;
import dev.shearline.server.keys.ApiKey;
import dev.shearline.server.keys.ApiKeys;
import dev.shearline.server.keys.KeyFilter;
import dev.shearline.server.keys.KeyStatus;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Those operator keys that work, or may work again: without one, nobody can manage the instance. */
final class OperatorKeys {

    private static final Set<KeyStatus> LIVING = Set.of(
            KeyStatus.ACTIVE, KeyStatus.EXPIRING, KeyStatus.ROTATING, KeyStatus.NOT_YET_VALID, KeyStatus.DISABLED);
    private static final KeyFilter FILTER = KeyFilter.of(
            Optional.of(new Ref.ById(OrganizationId.INSTANCE.value())), Optional.of(KeyType.OPERATOR), LIVING);

    private OperatorKeys() {}

    static List<ApiKey> listLiving(ApiKeys keys, Caller caller, int max) {
        return keys.list(caller, FILTER, new Paging(max, Optional.empty(), "")).items();
    }
}
