package dev.sluice.jobs.dataset;

import dev.sluice.schemas.problem.NearestName;
import dev.sluice.schemas.problem.Problems;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.ClassWeights;
import dev.sluice.schemas.wire.Code;
import java.util.Arrays;
import java.util.List;

/**
 * What a job's class weights come to on its data set.
 *
 * <p>Balanced, class c of k counts n / (k n<sub>c</sub>), as in scikit-learn: n rows, n<sub>c</sub>
 * of them of that class. Weights that a job gives are scaled so that their mean over the training
 * rows is 1, too, which leaves the learning rate what it was.
 *
 * @param weights one for each class, in output order; empty where every row counts the same
 * @param problems what is wrong; weights is empty then
 */
public record ClassWeighting(List<Double> weights, List<Cause> problems) {
  public ClassWeighting {
    weights = List.copyOf(weights);
    problems = List.copyOf(problems);
  }

  /** Resolves weights for a data set as read for training. */
  public static ClassWeighting of(ClassWeights asked, Dataset dataset) {
    if (asked.equals(ClassWeights.NONE)) {
      return new ClassWeighting(List.of(), List.of());
    }
    List<String> classes = dataset.classes();
    Problems problems = new Problems();
    double[] weights = new double[classes.size()];
    Arrays.fill(weights, 1);
    boolean[] named = new boolean[classes.size()];
    Classes known = new Classes(classes);
    for (var one : asked.weights()) {
      int id = known.id(one.name());
      if (id == RowSet.UNKNOWN) {
        problems.add(
            Code.NO_SUCH_CLASS,
            "classWeights." + one.name(),
            "There is no class '" + one.name() + "' in the training rows.",
            "A weight says how much a class counts beside the others.",
            NearestName.hint(one.name(), classes) + "Name a class as the label column writes it.");
      } else if (named[id]) {
        problems.add(
            Code.NAMED_TWICE,
            "classWeights." + one.name(),
            "Class '" + classes.get(id) + "' is weighted twice.",
            "Of numbers, 3 and 3.0 are one class.",
            "Leave one out.");
      } else {
        weights[id] = one.weight();
        named[id] = true;
      }
    }
    if (problems.any()) {
      return new ClassWeighting(List.of(), problems.list());
    }
    long[] rows = rowsOf(dataset.training(), classes.size());
    if (asked.balanced()) {
      for (int id = 0; id < weights.length; id++) {
        weights[id] = 1.0 / Math.max(1, rows[id]);
      }
    }
    double sum = 0;
    for (int id = 0; id < weights.length; id++) {
      sum += weights[id] * rows[id];
    }
    double scale = dataset.training().size() / sum;
    return new ClassWeighting(
        Arrays.stream(weights).map(weight -> weight * scale).boxed().toList(), List.of());
  }

  private static long[] rowsOf(RowSet training, int classes) {
    long[] rows = new long[classes];
    for (int row = 0; row < training.size(); row++) {
      int id = training.classId(row);
      if (id != RowSet.UNKNOWN) {
        rows[id]++;
      }
    }
    return rows;
  }
}
