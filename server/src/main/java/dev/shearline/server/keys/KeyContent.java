package dev.shearline.server.keys;

import dev.shearline.server.identity.ScopeSet;
import dev.shearline.token.MintedKey;
import java.util.List;
import java.util.Optional;

/** A key before it has a secret. */
record KeyContent(
        KeyRow.Kind kind,
        KeyOwner owner,
        KeyRow.Text text,
        ScopeSet scopes,
        List<String> cidrs,
        List<String> resources,
        Optional<Billed> billed,
        KeyTimes times) {

    private static final int FIRST_VERSION = 1;

    KeyRow asRow(MintedKey minted, KeyRow.Links links, String createdBy) {
        return new KeyRow(
                minted.id(),
                kind,
                owner,
                new KeyRow.Shown(minted.prefix(), minted.lastFour()),
                text,
                scopes,
                cidrs,
                resources,
                billed,
                times,
                KeyRow.Life.NEW,
                links,
                KeyRow.Activity.NONE,
                createdBy,
                FIRST_VERSION);
    }
}
