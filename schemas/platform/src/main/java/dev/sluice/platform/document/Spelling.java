package dev.sluice.platform.document;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How documents spell constants: {@code MIN_MAX} is {@code min-max}. */
public final class Spelling {
  private Spelling() {}

  /** The spelling of a constant. */
  public static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** A word as constants are spelled: {@code Min_Max} is {@code min-max}. */
  public static String normal(String word) {
    return word.strip().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The spellings of all constants of a type, in their order. */
  public static <E extends Enum<E>> List<String> all(Class<E> type) {
    return Arrays.stream(type.getEnumConstants()).map(Spelling::of).toList();
  }
}
