package dev.shearline.server.keys;

import dev.shearline.server.identity.ScopeSet;
import dev.shearline.server.limits.LimitSet;
import dev.shearline.token.ApiKeyId;
import dev.shearline.token.MintedKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A key before it has a secret, or what it is found by. */
record KeyContent(
        KeyRow.Kind kind,
        KeyOwner owner,
        KeyRow.Text text,
        ScopeSet scopes,
        List<String> cidrs,
        List<String> resources,
        Optional<Billed> billed,
        LimitSet limits,
        KeyTimes times) {

    private static final int FIRST_VERSION = 1;

    KeyContent createdElsewhere(Instant at) {
        return new KeyContent(kind, owner, text, scopes, cidrs, resources, billed, limits, times.createdElsewhere(at));
    }

    KeyRow asRow(MintedKey minted, KeyRow.Links links, String createdBy) {
        var shown = new KeyRow.Shown(minted.prefix(), minted.lastFour());
        return asRow(minted.id(), shown, KeyState.ACTIVE, links, createdBy);
    }

    KeyRow asRow(ApiKeyId id, KeyRow.Shown shown, KeyState state, KeyRow.Links links, String createdBy) {
        return new KeyRow(
                id,
                kind,
                owner,
                shown,
                text,
                scopes,
                cidrs,
                resources,
                billed,
                limits,
                times,
                KeyRow.Life.begun(state),
                links,
                KeyRow.Activity.NONE,
                createdBy,
                FIRST_VERSION);
    }
}
