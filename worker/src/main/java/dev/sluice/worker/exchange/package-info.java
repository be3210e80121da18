/** What training jobs exchange with the fold: contributions out, parameters in. */
@NullMarked
package dev.sluice.worker.exchange;

import org.jspecify.annotations.NullMarked;
