package dev.sluice.producer.api;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Some of the dead letters, newest first.
 *
 * @param deadLetters the letters
 * @param counts how many there are whose records were not written back, by reason
 * @param next what to give as {@code after} for the next page; null on the last one
 */
public record DeadLetterPage(
    List<DeadLetterView> deadLetters, Map<String, Long> counts, @Nullable String next) {}
