/** What is measured, one class for each section of the report. */
@NullMarked
package dev.sluice.benchmark.section;

import org.jspecify.annotations.NullMarked;
