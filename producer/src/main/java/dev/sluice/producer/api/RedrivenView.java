package dev.sluice.producer.api;

import java.util.List;

/**
 * What came of writing records back.
 *
 * @param redriven ids of those that were written back
 * @param leftOut the others that were asked for
 * @param more whether there are others still that can be written back; ask again
 */
public record RedrivenView(List<String> redriven, List<LeftOut> leftOut, boolean more) {

  /**
   * A record that was not written back.
   *
   * @param id names it
   * @param why in one sentence
   */
  public record LeftOut(String id, String why) {}
}
