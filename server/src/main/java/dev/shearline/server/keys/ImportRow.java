package dev.shearline.server.keys;

import dev.shearline.server.http.Problem;

/** One place in a request to import keys. */
sealed interface ImportRow {

    record Read(KeyToImport key) implements ImportRow {}

    record Unread(Problem problem) implements ImportRow {}
}
