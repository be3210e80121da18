/** The processes that are measured: a cluster, and others that end with this one. */
@NullMarked
package dev.sluice.benchmark.process;

import org.jspecify.annotations.NullMarked;
