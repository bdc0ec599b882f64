package dev.shearline.server.notify;

import dev.shearline.server.db.Database;
import dev.shearline.server.db.TenantContext;
import dev.shearline.server.identity.Actor;
import dev.shearline.server.identity.OrganizationId;
import dev.shearline.server.secrets.Purpose;
import dev.shearline.server.secrets.StoredSecrets;
import java.util.List;

/** The secrets of endpoints as the rotation of instance keys sees them. */
public final class WebhookSecrets implements StoredSecrets {

    private static final Actor ROTATION = new Actor.Job("secrets_rotation");

    private final SecretStore store = new SecretStore();
    private final Database database;

    public WebhookSecrets(Database database) {
        this.database = database;
    }

    @Override
    public Purpose purpose() {
        return SecretStore.PURPOSE;
    }

    @Override
    public List<Value> listAfter(String rowId, int max) {
        return database.acrossTenants("rotation of the instance keys", tx -> store.listAfter(tx, rowId, max));
    }

    @Override
    public boolean replace(Value stored, byte[] ciphertext) {
        return database.acrossTenants("rotation of the instance keys", tx -> store.findOrganization(tx, stored.rowId()))
                .map(organization -> database.inTransaction(
                                TenantContext.whole(ROTATION, new OrganizationId(organization)),
                                tx -> store.replace(tx, stored, ciphertext))
                        .value())
                .orElse(false);
    }
}
