/** The loops of the gradient fold, by JMH, each beside a plain loop over the same bytes. */
@NullMarked
package dev.sluice.benchmark.kernel;

import org.jspecify.annotations.NullMarked;
