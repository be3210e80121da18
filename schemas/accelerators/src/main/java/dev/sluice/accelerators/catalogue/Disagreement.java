package dev.sluice.accelerators.catalogue;

import java.util.List;

/**
 * A point on which sources differ. All that they say is kept, beside what the catalogue takes.
 *
 * @param what the figure or property in question
 * @param claims what is said
 * @param choice what the catalogue takes; nothing, where that is the choice
 * @param because the reason for the choice
 */
public record Disagreement(String what, List<Claim> claims, String choice, String because) {

  public Disagreement {
    claims = List.copyOf(claims);
  }

  /**
   * What one side says.
   *
   * @param says the value or statement
   * @param sources who says so; empty where only the statement was passed on
   */
  public record Claim(String says, List<Citation> sources) {
    public Claim {
      sources = List.copyOf(sources);
    }
  }
}
