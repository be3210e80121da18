/** How much waits in each queue, for how long, and how fast it drains. */
@NullMarked
package dev.sluice.producer.lag;

import org.jspecify.annotations.NullMarked;
