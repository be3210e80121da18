/** The records of its lane's queues that a worker has locked, and which it takes next; pure. */
@NullMarked
package dev.sluice.worker.lease;

import org.jspecify.annotations.NullMarked;
