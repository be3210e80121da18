/**
 * What a worker and the ledger tell each other: the lane's claim and reports out, controls and
 * facts in.
 */
@NullMarked
package dev.sluice.worker.report;

import org.jspecify.annotations.NullMarked;
