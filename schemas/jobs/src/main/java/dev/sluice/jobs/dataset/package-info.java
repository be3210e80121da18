/**
 * Data sets: reading CSV files, choosing columns, splitting, scaling and the order in which
 * training sees rows. Pure: bytes in, arrays or problems out, the same bits on every machine.
 */
@NullMarked
package dev.sluice.jobs.dataset;

import org.jspecify.annotations.NullMarked;
