/**
 * Kafka's clients as Sluice uses them: settings by purpose, the brokers' clock, schemas by
 * fingerprint, dead letters and offsets of lanes.
 */
@NullMarked
package dev.sluice.platform.kafka;

import org.jspecify.annotations.NullMarked;
