/** Living with a broker that is away for a while. */
@NullMarked
package dev.sluice.worker.broker;

import org.jspecify.annotations.NullMarked;
