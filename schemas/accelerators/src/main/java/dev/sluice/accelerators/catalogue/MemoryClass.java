package dev.sluice.accelerators.catalogue;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Families of memory, from the widest to the narrowest. */
public enum MemoryClass {
  /** Stacked beside the chip. */
  HBM,
  /** Graphics memory. */
  GDDR,
  /** Memory of phones, at low power. */
  LPDDR,
  /** Memory of servers. */
  DDR;

  /** The names of all families. */
  static List<String> names() {
    return Arrays.stream(values()).map(MemoryClass::name).toList();
  }

  /** The family that a kind such as {@code HBM3e} belongs to; none where it names no family. */
  public static Optional<MemoryClass> of(String kind) {
    var upper = kind.toUpperCase(Locale.ROOT);
    return Arrays.stream(values()).filter(family -> upper.startsWith(family.name())).findFirst();
  }
}
