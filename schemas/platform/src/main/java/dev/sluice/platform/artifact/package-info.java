/** Files stored in Kafka, by digest. */
@NullMarked
package dev.sluice.platform.artifact;

import org.jspecify.annotations.NullMarked;
