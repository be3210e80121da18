/** What is measured of a model, under one name wherever it is measured. */
@NullMarked
package dev.sluice.jobs.metrics;

import org.jspecify.annotations.NullMarked;
