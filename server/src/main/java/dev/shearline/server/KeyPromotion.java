package dev.shearline.server;

import dev.shearline.server.config.Settings;
import dev.shearline.server.db.Database;
import dev.shearline.server.db.NodeDatabase;
import dev.shearline.server.notify.WebhookSecrets;
import dev.shearline.server.secrets.Encryption;
import dev.shearline.server.secrets.InstanceKeys;
import dev.shearline.server.secrets.InstanceKeysFile;
import dev.shearline.server.secrets.Reencryption;
import java.security.SecureRandom;
import java.util.List;

/** Makes another instance key the newest: in the file of this node, and then in what is stored under the older ones. */
public final class KeyPromotion {

    private static final String OTHER_NODES = "SELECT count(*) FROM node WHERE lease_until > now()";

    private static final int CONNECTIONS = 2;

    private KeyPromotion() {}

    /** What came of it. */
    public sealed interface Outcome {

        /**
         * @param newest the id of the key that encrypts from now on
         * @param reencrypted how many stored values were under older keys
         */
        record Promoted(String newest, int reencrypted) implements Outcome {}

        /** Nothing was changed: so many nodes run, and no key is prepared that all of them have. */
        record NotPrepared(int nodes) implements Outcome {}
    }

    public static Outcome promote(Settings settings) {
        var file = InstanceKeysFile.of(settings.secretKeysFile());
        var random = new SecureRandom();
        // asked first, so that nothing is changed where the database is not there: what it holds has to follow
        int nodes = countNodes(settings);
        var prepared = file.promotePrepared();
        if (prepared.isPresent()) {
            return new Outcome.Promoted(prepared.get(), reencrypt(settings, random));
        }
        if (nodes > 1) {
            return new Outcome.NotPrepared(nodes);
        }
        return new Outcome.Promoted(file.promoteNew(random), reencrypt(settings, random));
    }

    private static int countNodes(Settings settings) {
        try (var database = new NodeDatabase(settings.nodeDatabase())) {
            return database.call(handle ->
                    handle.createQuery(OTHER_NODES).mapTo(Integer.class).one());
        }
    }

    private static int reencrypt(Settings settings, SecureRandom random) {
        var keys = InstanceKeys.read(settings.secretKeysFile());
        try (var database = new Database(settings.database(), CONNECTIONS)) {
            return new Reencryption(keys, new Encryption(keys, random)).run(List.of(new WebhookSecrets(database)));
        }
    }
}
