package dev.sluice.platform.document;

import java.util.Locale;
import java.util.Optional;

/** Characters that look like others, or like nothing. */
final class Characters {

  private Characters() {}

  /** A character for a message: {@code U+00A0 (NO-BREAK SPACE)}. */
  static String named(int character) {
    var name = Character.getName(character);
    return String.format(Locale.ROOT, "U+%04X", character)
        + (name == null ? "" : " (" + name + ")");
  }

  /**
   * A sentence about the first character of a word that a reader may take for another one, to stand
   * before a sentence that says more; empty where it has none, which is so for plain ASCII.
   */
  static String odd(String word) {
    Optional<Integer> odd =
        word.codePoints()
            .filter(character -> character <= ' ' || character > '~')
            .boxed()
            .findFirst();
    return odd.map(
            character ->
                "It holds the character "
                    + named(character)
                    + ", at position "
                    + (word.codePointCount(0, word.indexOf(character)) + 1)
                    + ". ")
        .orElse("");
  }

  /** The first surrogate without its other half; empty where all characters are whole. */
  static Optional<String> half(String text) {
    return text.codePoints()
        .filter(character -> Character.MIN_SURROGATE <= character)
        .filter(character -> character <= Character.MAX_SURROGATE)
        .mapToObj(character -> String.format(Locale.ROOT, "U+%04X", character))
        .findFirst();
  }
}
