package dev.sluice.accelerators.catalogue;

import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/**
 * Where a figure comes from.
 *
 * @param text page, paper, repository or person, so that one can look it up
 * @param read day on which it was read; null where only the day is known on which the figure was
 *     recorded
 */
public record Citation(String text, @Nullable LocalDate read) {}
