package dev.shearline.cli;

/** Of what a command prints, as written on the command line. */
enum Format {
    table,
    json,
    yaml,
    csv
}
