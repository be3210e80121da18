package dev.sluice.accelerators.catalogue;

import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which number formats a device takes, and how fast it multiplies matrices of each.
 *
 * @param peaks dense rates (without structured sparsity) in TFLOPS, of whole numbers in TOPS
 * @param unpublished formats that the vendor's software accepts, whose rate isn't published
 * @param unsupported formats that the device or its software doesn't take; with a note, which may
 *     be empty
 * @param evidence where the rates come from
 */
public record Rates(
    SortedMap<NumberFormat, Double> peaks,
    SortedSet<NumberFormat> unpublished,
    SortedMap<NumberFormat, String> unsupported,
    Evidence evidence) {

  public Rates {
    peaks = Collections.unmodifiableSortedMap(new TreeMap<>(peaks));
    unpublished = Collections.unmodifiableSortedSet(new TreeSet<>(unpublished));
    unsupported = Collections.unmodifiableSortedMap(new TreeMap<>(unsupported));
    peaks.values().forEach(Figure.PEAK::checked);
  }

  /** Formats that are accepted, without any rate; no others are. */
  public static Rates only(Set<NumberFormat> formats) {
    var others = new TreeMap<NumberFormat, String>();
    for (var format : NumberFormat.values()) {
      if (!formats.contains(format)) {
        others.put(format, "");
      }
    }
    return new Rates(new TreeMap<>(Map.of()), new TreeSet<>(formats), others, Evidence.NONE);
  }

  /** All formats that the vendor's software accepts, as far as is known. */
  public SortedSet<NumberFormat> accepted() {
    var accepted = new TreeSet<>(peaks.keySet());
    accepted.addAll(unpublished);
    return Collections.unmodifiableSortedSet(accepted);
  }
}
