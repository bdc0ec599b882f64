/** Keys as bearer tokens in Spring Security, verified from memory. The only code of the project that knows Spring. */
@NullMarked
package dev.shearline.spring;

import org.jspecify.annotations.NullMarked;
