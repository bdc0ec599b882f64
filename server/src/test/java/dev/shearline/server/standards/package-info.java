/** Standards, asked over HTTP by those for whom they are made. */
@org.jspecify.annotations.NullMarked
package dev.shearline.server.standards;
