/** Other programs that do the same, where they are installed. */
@NullMarked
package dev.sluice.benchmark.peer;

import org.jspecify.annotations.NullMarked;
