package dev.sluice.worker.tasks;

import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.Objective;
import java.util.Arrays;
import java.util.Comparator;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/**
 * The area under the ROC curve: the chance that a row of a class is scored higher for it than a row
 * of another, ties counting half. Of two classes, that of the second; of more, each against the
 * rest, by probabilities as in scikit-learn, and their mean.
 */
final class RankQuality {

  private static final int CLASSES_MAX = 20;

  /** Scores that are kept: 32 MiB. */
  private static final long SCORES_MAX = 1 << 22;

  private final NetworkFacts facts;
  private final int curves;
  private final int[] labels;
  private final double[][] scores;
  private int rows;

  /**
   * @param rowsMax rows that will be taken at most
   */
  RankQuality(NetworkFacts facts, int rowsMax) {
    this.facts = facts;
    int classes = facts.classes().size();
    int wished = classes == 2 ? 1 : classes;
    boolean fits = classes >= 2 && classes <= CLASSES_MAX && (long) wished * rowsMax <= SCORES_MAX;
    this.curves = fits ? wished : 0;
    this.labels = new int[fits ? rowsMax : 0];
    this.scores = new double[curves][labels.length];
  }

  /**
   * Notes an answer.
   *
   * @param label class of the row
   * @param logits the network's values
   */
  void take(int label, double[] logits) {
    if (curves == 0) {
      return;
    }
    labels[rows] = label;
    for (int curve = 0; curve < curves; curve++) {
      int ofClass = curves == 1 ? 1 : curve;
      scores[curve][rows] =
          facts.objective() == Objective.BINARY_CROSS_ENTROPY
              ? logits[0]
              : logOdds(logits, ofClass);
    }
    rows++;
  }

  /** In the order of the probabilities, and still apart where these are almost 1 or almost 0. */
  private double logOdds(double[] logits, int id) {
    double greatest = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < facts.outputs(); i++) {
      greatest = i == id ? greatest : Math.max(greatest, logits[i]);
    }
    double others = 0;
    for (int i = 0; i < facts.outputs(); i++) {
      others += i == id ? 0 : StrictMath.exp(logits[i] - greatest);
    }
    return logits[id] - greatest - StrictMath.log(others);
  }

  /** The area of one class; empty where it isn't known. */
  OptionalDouble ofClass(int id) {
    if (curves == 0 || (curves == 1 && id == 0)) {
      return OptionalDouble.empty();
    }
    return area(scores[curves == 1 ? 0 : id], id);
  }

  /** The mean over the classes that have an area. */
  OptionalDouble mean() {
    return IntStream.range(0, facts.classes().size())
        .mapToObj(this::ofClass)
        .filter(OptionalDouble::isPresent)
        .mapToDouble(OptionalDouble::getAsDouble)
        .average();
  }

  /** By the rank sum of Mann and Whitney. */
  private OptionalDouble area(double[] of, int id) {
    Integer[] order = new Integer[rows];
    Arrays.setAll(order, i -> i);
    Arrays.sort(order, Comparator.comparingDouble(i -> of[i]));
    double ranks = 0;
    long members = 0;
    for (int from = 0; from < rows; ) {
      int to = from;
      long here = 0;
      while (to < rows && Double.compare(of[order[to]], of[order[from]]) == 0) {
        here += labels[order[to]] == id ? 1 : 0;
        to++;
      }
      // All of a tie share the mean of their ranks, which begin at 1.
      ranks += here * (from + 1 + to) / 2.0;
      members += here;
      from = to;
    }
    long others = rows - members;
    boolean finite = Arrays.stream(of, 0, rows).allMatch(Double::isFinite);
    if (members == 0 || others == 0 || !finite) {
      return OptionalDouble.empty();
    }
    return OptionalDouble.of((ranks - members * (members + 1) / 2.0) / ((double) members * others));
  }
}
