/** What is wrong with something that people wrote: all of it at once, with what was meant. */
@NullMarked
package dev.sluice.schemas.problem;

import org.jspecify.annotations.NullMarked;
