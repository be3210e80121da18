/** Taking tasks from a lane's topics, one record at a time, and keeping them while they run. */
@NullMarked
package dev.sluice.worker.queue;

import org.jspecify.annotations.NullMarked;
