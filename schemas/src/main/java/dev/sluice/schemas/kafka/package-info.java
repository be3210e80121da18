/** Kafka client settings by purpose. */
@NullMarked
package dev.sluice.schemas.kafka;

import org.jspecify.annotations.NullMarked;
