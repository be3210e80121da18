/** What a worker and the ledger say to each other: reports out, controls in. */
@NullMarked
package dev.sluice.worker.ledger;

import org.jspecify.annotations.NullMarked;
