/** From the manifest of an inference job to rows. */
@NullMarked
package dev.sluice.producer.results;

import org.jspecify.annotations.NullMarked;
