/** {@code sluice plan}: reads fleets and job mixes, and shows plans. */
@NullMarked
package dev.sluice.coordinator.shell.plan;

import org.jspecify.annotations.NullMarked;
