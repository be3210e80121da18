package dev.sluice.schemas.wire;

import java.util.ArrayList;
import java.util.List;

/**
 * Sums over rows with labels, from which metrics come.
 *
 * @param judged rows whose answer could be held against their label
 * @param loss sum of their losses; classification only
 * @param labelMean mean of their labels; regression only
 * @param labelSpread sum of squared differences of their labels from that mean; regression only
 * @param actual labelled rows of each class by their label; empty for regression, and beyond {@link
 *     #CLASSES_MAX} classes
 * @param predicted labelled rows of each class by their answer
 * @param right rows of each class that were answered right
 */
public record Measured(
    long judged,
    double loss,
    double labelMean,
    double labelSpread,
    List<Long> actual,
    List<Long> predicted,
    List<Long> right) {

  /** Classes that are counted one by one. */
  public static final int CLASSES_MAX = 100;

  /** Of no rows. */
  public static final Measured NOTHING = new Measured(0, 0, 0, 0, List.of(), List.of(), List.of());

  public Measured {
    actual = List.copyOf(actual);
    predicted = List.copyOf(predicted);
    right = List.copyOf(right);
  }

  /** Classes that were counted one by one; 0 where the lists contradict each other. */
  public int classes() {
    return actual.size() == predicted.size() && actual.size() == right.size() ? actual.size() : 0;
  }

  /** Those of both. */
  public Measured plus(Measured other) {
    // Chan et al. (1983), Algorithms for computing the sample variance: nothing cancels out.
    double distance = other.labelMean - labelMean;
    double share = other.judged == 0 ? 0 : (double) other.judged / (judged + other.judged);
    return new Measured(
        judged + other.judged,
        loss + other.loss,
        labelMean + distance * share,
        labelSpread + other.labelSpread + distance * distance * judged * share,
        sum(actual, other.actual),
        sum(predicted, other.predicted),
        sum(right, other.right));
  }

  private static List<Long> sum(List<Long> one, List<Long> other) {
    if (one.isEmpty() || other.isEmpty()) {
      return one.isEmpty() ? other : one;
    }
    var sum = new ArrayList<Long>();
    for (int i = 0; i < Math.min(one.size(), other.size()); i++) {
      sum.add(one.get(i) + other.get(i));
    }
    return sum;
  }
}
