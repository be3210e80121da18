/** What a fleet makes of a mix of jobs before either is there: a simulation of placement. Pure. */
@NullMarked
package dev.sluice.planner;

import org.jspecify.annotations.NullMarked;
