/** What benchmarks need of the SDK's inside. */
@org.jspecify.annotations.NullMarked
package dev.shearline.client;
