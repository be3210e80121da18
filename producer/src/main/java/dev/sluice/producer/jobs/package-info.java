/** From a request to a record in sluice.jobs, and the ledger's answer to it. */
@NullMarked
package dev.sluice.producer.jobs;

import org.jspecify.annotations.NullMarked;
