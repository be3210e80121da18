/** The topics: names, keys, partitions and retention in one place. */
@NullMarked
package dev.sluice.schemas.topics;

import org.jspecify.annotations.NullMarked;
