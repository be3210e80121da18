/**
 * What bounds Sluice: the same bytes through the same broker, or the same model, with nothing else
 * done.
 */
@NullMarked
package dev.sluice.benchmark.bare;

import org.jspecify.annotations.NullMarked;
