package dev.sluice.benchmark.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One figure and what it is compared with.
 *
 * @param what what was measured
 * @param value the figure; null where it could not be taken, which the note explains
 * @param unit its unit, such as steps/s
 * @param against limits and peers of the same run
 * @param note what bounds it, or how it was taken; empty: nothing to say
 * @param failed whether it should be there, and is not
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BenchRow(
    String what,
    @Nullable Double value,
    String unit,
    List<Comparison> against,
    String note,
    boolean failed) {

  public BenchRow {
    against = List.copyOf(against);
  }

  /** A figure that stands for itself: a limit, a peer, or one for which there is neither. */
  public static BenchRow of(String what, double value, String unit) {
    return new BenchRow(what, value, unit, List.of(), "", false);
  }

  /** A figure that could not be taken. */
  public static BenchRow failed(String what, String why) {
    return new BenchRow(what, null, "", List.of(), why, true);
  }

  /** Something that is no failure, though there is no figure: a peer that is not installed. */
  public static BenchRow absent(String what, String unit, String why) {
    return new BenchRow(what, null, unit, List.of(), why, false);
  }

  /** The same beside a limit or peer. */
  public BenchRow against(String name, double reference) {
    return with(
        value == null
            ? Comparison.missing(name, "nothing to compare")
            : Comparison.of(name, value, reference));
  }

  /** The same, where the limit or peer has no figure. */
  public BenchRow against(String name, @Nullable Double reference, String why) {
    return reference == null ? with(Comparison.missing(name, why)) : against(name, reference);
  }

  /** The same with what bounds it, or how it was taken. */
  public BenchRow noted(String said) {
    return new BenchRow(what, value, unit, against, said, failed);
  }

  private BenchRow with(Comparison comparison) {
    var all = new ArrayList<>(against);
    all.add(comparison);
    return new BenchRow(what, value, unit, all, note, failed);
  }
}
