package dev.sluice.accelerators.catalogue;

import dev.sluice.platform.document.Section;
import dev.sluice.schemas.wire.Code;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds figures of one accelerator that are possible each by itself, but can't be true together, or
 * would be misread by the cost model.
 */
final class Contradictions {

  private Contradictions() {}

  /** Notes what is wrong about a group of figures of memory. */
  static void memory(
      Section group,
      @Nullable String kind,
      @Nullable Double size,
      @Nullable Double max,
      @Nullable Double usable) {
    if (kind != null && MemoryClass.of(kind).isEmpty()) {
      add(
          Code.UNKNOWN_CHOICE,
          group,
          "kind",
          "'" + kind + "' names no family of memory.",
          "A kind begins with " + String.join(", ", MemoryClass.names()) + ".",
          "Write one such as HBM3e, or leave it out where it isn't known.");
    }
    if (size != null && max != null && max < size) {
      add(
          Code.CONTRADICTION,
          group,
          "gigabytesMax",
          "The largest variant has " + Figure.MEMORY.shown(max) + ".",
          "It is smaller than the usual one of " + Figure.MEMORY.shown(size) + ".",
          "Correct one of the two, or leave `gigabytesMax` out.");
    }
    var most = max != null && (size == null || max > size) ? max : size;
    // Vendors who print 2^30 bytes as GB may leave as many GiB as they print GB.
    if (most != null && usable != null && usable > most) {
      add(
          Code.CONTRADICTION,
          group,
          "usableGibibytes",
          Figure.USABLE_MEMORY.shown(usable) + " are usable.",
          "That is more than the size of " + Figure.MEMORY.shown(most) + ".",
          "Correct one of the two: what the driver leaves to models is at most what there is.");
    }
  }

  /** Notes what is wrong about the figures of an interconnect. */
  static void interconnect(Section group, Interconnect link) {
    var total = link.totalGigabytesPerSecond();
    var oneWay = link.unidirectionalGigabytesPerSecond();
    if (link.isNone()
        && (Stream.of(total, oneWay, link.perLinkGigabytesPerSecond()).anyMatch(f -> f != null)
            || link.joins() != null)) {
      add(
          Code.CONTRADICTION,
          group,
          "kind",
          "The interconnect is none, and has figures.",
          "Where nothing joins devices, nothing has a bandwidth or joins them.",
          "Name the interconnect, or remove its figures.");
    }
    if (total != null && oneWay != null && oneWay > total) {
      add(
          Code.CONTRADICTION,
          group,
          "unidirectionalGigabytesPerSecond",
          "One direction has " + Figure.LINK_RATE.shown(oneWay) + ".",
          "That is more than the total of " + Figure.LINK_RATE.shown(total) + ".",
          "Correct one of the two.");
    }
    if (!link.direction().isEmpty() && Interconnect.Direction.of(link.direction()).isEmpty()) {
      add(
          Code.UNKNOWN_CHOICE,
          group,
          "direction",
          "'" + link.direction() + "' doesn't say what the total counts.",
          "Known are: " + String.join(", ", Interconnect.Direction.words()) + ".",
          "Use one of these words; others may stand beside it.");
    }
  }

  /**
   * Notes a share of the peak that is none: a percentage that passed for one would make every
   * prediction a hundred times too fast.
   *
   * @return the value; null where it is no share
   */
  static @Nullable Double share(Section group, String name, @Nullable Double value, String unit) {
    if (value == null || !Measurement.isShare(name)) {
      return value;
    }
    if (value > 1) {
      add(
          Code.OUT_OF_RANGE,
          group,
          "value",
          name + " is " + Figure.MEASURED.shown(value) + ".",
          "It is a share of the peak: more than 0 and at most 1.",
          "Write 0.869 for 86.9 %.");
      return null;
    }
    if (!unit.equals(Measurement.SHARE_UNIT) && !unit.startsWith(Measurement.SHARE_UNIT_OF)) {
      add(
          Code.INVALID_VALUE,
          group,
          "unit",
          unit.isEmpty() ? "The unit is missing." : "The unit is '" + unit + "'.",
          name + " is a share of the peak.",
          "Write `unit: of peak`, or of which rate, such as `of 1677 TFLOPS`.");
      return null;
    }
    return value;
  }

  private static void add(
      Code code, Section group, String field, String what, String why, String mend) {
    group.problems().add(code, group.at(field), what, why, mend);
  }
}
