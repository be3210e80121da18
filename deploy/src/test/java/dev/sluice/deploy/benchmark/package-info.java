/** Benchmarks of whole processes against the embedded broker. No tests: they print figures. */
@NullMarked
package dev.sluice.deploy.benchmark;

import org.jspecify.annotations.NullMarked;
