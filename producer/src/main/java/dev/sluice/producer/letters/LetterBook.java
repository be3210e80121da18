package dev.sluice.producer.letters;

import dev.sluice.schemas.wire.DeadLetter;
import dev.sluice.schemas.wire.DeadLetterReason;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The dead letters that there are, without their bytes: the newest so many, one for each record,
 * however many readers wrote a letter about it. Thread-safe.
 */
final class LetterBook {

  private final int lettersMax;
  private final Map<String, Letter> letters = new LinkedHashMap<>();

  /**
   * @param lettersMax most letters remembered; the oldest is forgotten first
   */
  LetterBook(int lettersMax) {
    this.lettersMax = lettersMax;
  }

  /** Takes a letter over, or what one says about an earlier one. */
  synchronized void put(long at, long atMs, DeadLetter said) {
    var letter = Letter.of(at, atMs, said);
    var id = letter.id();
    if (said.redriven()) {
      letters.computeIfPresent(id, (same, first) -> first.redriven(atMs));
      return;
    }
    letters.putIfAbsent(id, letter);
    if (letters.size() > lettersMax) {
      letters.remove(letters.keySet().iterator().next());
    }
  }

  /** Forgets letters that stand before an offset. */
  synchronized void forgetBefore(long offset) {
    letters.values().removeIf(letter -> letter.at() < offset);
  }

  /** All of them, oldest first. */
  synchronized List<Letter> letters() {
    return List.copyOf(letters.values());
  }

  /** Letters whose records were not written back, by reason. */
  Map<DeadLetterReason, Long> counts() {
    var counts = new EnumMap<DeadLetterReason, Long>(DeadLetterReason.class);
    for (var reason : DeadLetterReason.values()) {
      counts.put(reason, 0L);
    }
    letters().stream()
        .filter(letter -> letter.redrivenMs() == null)
        .forEach(letter -> counts.merge(letter.reason(), 1L, Long::sum));
    return counts;
  }
}
