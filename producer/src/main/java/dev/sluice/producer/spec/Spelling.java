package dev.sluice.producer.spec;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How job files spell constants: {@code MIN_MAX} is {@code min-max}. */
final class Spelling {
  private Spelling() {}

  static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  static <E extends Enum<E>> List<String> all(Class<E> type) {
    return Arrays.stream(type.getEnumConstants()).map(Spelling::of).toList();
  }
}
