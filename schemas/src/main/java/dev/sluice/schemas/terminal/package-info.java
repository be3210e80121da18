/** Text for people at a terminal: what fits its width. */
@NullMarked
package dev.sluice.schemas.terminal;

import org.jspecify.annotations.NullMarked;
