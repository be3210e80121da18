/**
 * What a network is, worked out from its description alone: shapes, tensors, and what does not fit.
 */
@NullMarked
package dev.sluice.jobs.network;

import org.jspecify.annotations.NullMarked;
