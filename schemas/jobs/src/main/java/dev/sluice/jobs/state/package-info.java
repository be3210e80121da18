/**
 * A job as a whole, for whoever decides on it or shows it: its state, which changes with events,
 * and its facts are separate records, which are joined and taken apart here. Pure.
 */
@NullMarked
package dev.sluice.jobs.state;

import org.jspecify.annotations.NullMarked;
