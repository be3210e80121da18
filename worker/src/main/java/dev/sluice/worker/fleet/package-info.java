/** What a worker says about itself. */
@NullMarked
package dev.sluice.worker.fleet;

import org.jspecify.annotations.NullMarked;
