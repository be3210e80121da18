package dev.sluice.worker.tasks;

import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.Objective;
import java.util.List;

/** How a network's values become what people read. */
public final class Answer {

  private final Objective objective;
  private final List<String> classes;
  private final int outputs;

  /**
   * @param model what decides it: objective, classes and number of outputs
   */
  public Answer(NetworkFacts model) {
    this.objective = model.objective();
    this.classes = model.classes();
    this.outputs = model.outputs();
  }

  /**
   * The class that the values speak for: the greatest logit, the first of equals; with one logit,
   * the second class where it is positive.
   *
   * @param values the network's values of one row
   */
  public int classId(double[] values) {
    if (objective == Objective.BINARY_CROSS_ENTROPY) {
      return values[0] > 0 ? 1 : 0;
    }
    int best = 0;
    for (int output = 1; output < outputs; output++) {
      if (values[output] > values[best]) {
        best = output;
      }
    }
    return best;
  }

  /** Whether answers are classes; else they are numbers in the label's own unit. */
  public boolean isClass() {
    return objective.ofClasses();
  }

  /** Whether the network gave numbers; else there is no answer. */
  public boolean finite(double[] values) {
    for (int output = 0; output < outputs; output++) {
      if (!Double.isFinite(values[output])) {
        return false;
      }
    }
    return true;
  }

  /** The answer as text: the name of a class, or a number. */
  public String text(double[] values) {
    return isClass() ? name(classId(values)) : Float.toString((float) values[0]);
  }

  /** The name of a class; its number where the network has an output that no class has. */
  String name(int classId) {
    return classId < classes.size() ? classes.get(classId) : Integer.toString(classId);
  }
}
