/** What a run found, for people and for programs. */
@NullMarked
package dev.sluice.benchmark.report;

import org.jspecify.annotations.NullMarked;
