/** A Spring Boot program that lets its callers in in one of three ways, to measure what each costs. */
@NullMarked
package dev.shearline.bench.spring;

import org.jspecify.annotations.NullMarked;
