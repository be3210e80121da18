/** The wire: Avro messages, topics, codec and the accelerator catalogue. */
@NullMarked
package dev.sluice.schemas;

import org.jspecify.annotations.NullMarked;
