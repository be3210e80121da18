/** What models cost to run: arithmetic, weights and caches of well-known networks, as data. */
@NullMarked
package dev.sluice.schemas.cost;

import org.jspecify.annotations.NullMarked;
