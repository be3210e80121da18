/** Benchmarks of whole processes against the embedded broker. No tests: they print figures. */
@NullMarked
package dev.sluice.benchmark.age;

import org.jspecify.annotations.NullMarked;
