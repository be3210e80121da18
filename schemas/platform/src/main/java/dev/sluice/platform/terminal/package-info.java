/** Text for people at a terminal: what fits its width. */
@NullMarked
package dev.sluice.platform.terminal;

import org.jspecify.annotations.NullMarked;
