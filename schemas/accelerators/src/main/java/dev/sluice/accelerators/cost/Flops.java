package dev.sluice.accelerators.cost;

/**
 * Floating-point operations of a model; a multiplication with its addition counts as two.
 *
 * @param per what they are spent on
 * @param variant circumstances, such as {@code 384 tokens, padded}; may be empty
 * @param least least number; the number itself where it is known
 * @param most greatest number; above least where only a range is published
 */
public record Flops(Per per, String variant, double least, double most) {

  /** What operations are spent on. */
  public enum Per {
    /** The answer to one input. */
    SAMPLE,
    /** One token read or written. */
    TOKEN,
    /** One token of training, forward and backward. */
    TRAINING_TOKEN
  }

  /** More than any model spends: it catches a wrong unit. */
  static final double MAX = 1e18;

  public Flops {
    if (!(least > 0 && least <= most && most <= MAX)) {
      throw new IllegalArgumentException(
          "Operations are more than 0 and at most %s, not %s to %s.".formatted(MAX, least, most));
    }
  }

  /** Whether only a range is known. */
  public boolean isRange() {
    return least < most;
  }
}
