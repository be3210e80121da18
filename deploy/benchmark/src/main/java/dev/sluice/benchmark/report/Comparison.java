package dev.sluice.benchmark.report;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import org.jspecify.annotations.Nullable;

/**
 * A figure beside a limit or a peer.
 *
 * @param name what the limit or peer is
 * @param reference its figure, in the unit of the row; null where it was not taken
 * @param ratio ours divided by it; null where it was not taken
 * @param why why it was not taken; empty where it was
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Comparison(
    String name,
    @JsonProperty("value") @Nullable Double reference,
    @Nullable Double ratio,
    String why) {

  /**
   * Ours beside a limit or a peer of this run.
   *
   * @param name what it is
   * @param ours our figure
   * @param reference its figure
   */
  static Comparison of(String name, double ours, double reference) {
    return reference > 0 && Double.isFinite(reference)
        ? new Comparison(name, reference, ours / reference, "")
        : missing(name, "no figure came out");
  }

  /** A limit or peer that was not taken. */
  static Comparison missing(String name, String why) {
    return new Comparison(name, null, null, why);
  }
}
