/** {@code sluice plan}: reads fleets and job mixes, and shows plans. */
@NullMarked
package dev.sluice.planner.command;

import org.jspecify.annotations.NullMarked;
