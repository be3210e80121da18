/** The wire: Avro messages, topics and codec. */
@NullMarked
package dev.sluice.schemas;

import org.jspecify.annotations.NullMarked;
