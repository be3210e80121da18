/** Files stored in Kafka, by digest. */
@NullMarked
package dev.sluice.schemas.artifact;

import org.jspecify.annotations.NullMarked;
