/** Jobs that have ended, as {@code sluice.job-history} has them. */
@NullMarked
package dev.sluice.producer.history;

import org.jspecify.annotations.NullMarked;
