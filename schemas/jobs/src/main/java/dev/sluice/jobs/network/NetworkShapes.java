package dev.sluice.jobs.network;

import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.Target;
import java.util.List;

/**
 * Shape inference: what each layer of a stack takes and gives, which tensors it owns, and every
 * reason why the layers do not fit together.
 *
 * <p>The same answer serves the producer (refuse early), the worker (build the network) and the
 * export (write the file), so that they cannot disagree.
 */
public final class NetworkShapes {
  /** Layers in one network. */
  public static final int MAX_LAYERS = 1_000;

  /** Units, channels, or pixels along one side. */
  public static final int MAX_DIMENSION = 1 << 20;

  /** Values of one sample between two layers: 256 MiB as floats. */
  public static final long MAX_VALUES_PER_SAMPLE = 1L << 26;

  /** Floats in a network's flat vector: 1 GiB, half of what one ONNX file can hold. */
  public static final long MAX_FLOATS = 1L << 28;

  private NetworkShapes() {}

  /**
   * Fits a layer stack to a data set.
   *
   * @param stack the network; an empty input shape stands for [featureColumns]
   * @param featureColumns number of feature columns of the data set, at least 1
   * @return the plan, or all problems with {@code where} such as {@code model.layers[3]}
   */
  public static NetworkResult infer(LayerStack stack, int featureColumns) {
    return new ShapeInference(stack).infer(featureColumns);
  }

  /**
   * Finds what is wrong with a stack whatever the data set: for use before the data are read.
   *
   * @param stack the network
   * @return all problems; empty where there may be a data set that fits
   */
  public static List<Cause> check(LayerStack stack) {
    long columns = 1;
    for (int dimension : stack.input()) {
      boolean sensible = dimension >= 1 && dimension <= MAX_DIMENSION;
      columns = Math.min(columns * (sensible ? dimension : 1), MAX_VALUES_PER_SAMPLE);
    }
    return switch (infer(stack, (int) columns)) {
      case NetworkResult.Fits fits -> List.of();
      case NetworkResult.DoesNotFit(List<Cause> causes) -> causes;
    };
  }

  /**
   * Checks that a network's outputs, its objective and the labels belong together.
   *
   * @param outputs values per sample that the network gives
   * @param objective what training lowers
   * @param target whether labels are classes or numbers
   * @param classes number of classes in the training rows; 0 where it is not known yet, and for
   *     regression
   * @return all problems; empty where they belong together
   */
  public static List<Cause> checkOutputs(
      int outputs, Objective objective, Target target, int classes) {
    NetworkProblems problems = new NetworkProblems();
    switch (target) {
      case CLASSIFICATION -> checkClassification(outputs, objective, classes, problems);
      case REGRESSION -> checkRegression(outputs, objective, problems);
    }
    return problems.causes();
  }

  private static void checkClassification(
      int outputs, Objective objective, int classes, NetworkProblems problems) {
    if (classes == 1) {
      problems.add(
          Code.ONE_CLASS,
          "dataset.label",
          "the training rows hold one class only",
          "there is nothing to tell apart",
          "use a label column with at least two different values");
      return;
    }
    switch (objective) {
      case CROSS_ENTROPY -> {
        if (classes > 1 && outputs != classes) {
          wrongOutputs(
              outputs,
              "cross entropy needs one output per class, and there are " + classes,
              classes,
              problems);
        } else if (outputs < 2) {
          wrongOutputs(outputs, "cross entropy compares at least two outputs", 2, problems);
        }
      }
      case BINARY_CROSS_ENTROPY -> {
        if (classes > 2) {
          problems.add(
              Code.OBJECTIVE_MISMATCH,
              "objective",
              "binary cross entropy is asked for with " + classes + " classes",
              "it tells two classes apart",
              "use cross entropy and set units: " + classes + " on the last layer");
        } else if (outputs != 1) {
          wrongOutputs(outputs, "binary cross entropy takes one output", 1, problems);
        }
      }
      case MEAN_SQUARED_ERROR, MEAN_ABSOLUTE_ERROR, HUBER ->
          problems.add(
              Code.OBJECTIVE_MISMATCH,
              "objective",
              spelled(objective) + " is asked for with class labels",
              "it measures distances between numbers, and classes have none",
              "use cross entropy, or set the data set's target to regression");
    }
  }

  private static void checkRegression(int outputs, Objective objective, NetworkProblems problems) {
    switch (objective) {
      case CROSS_ENTROPY, BINARY_CROSS_ENTROPY ->
          problems.add(
              Code.OBJECTIVE_MISMATCH,
              "objective",
              spelled(objective) + " is asked for with numeric labels",
              "it compares class probabilities, and the labels are numbers",
              "use mean squared error, mean absolute error or huber,"
                  + " or set the data set's target to classification");
      case MEAN_SQUARED_ERROR, MEAN_ABSOLUTE_ERROR, HUBER -> {
        if (outputs != 1) {
          wrongOutputs(outputs, "a regression label is one number", 1, problems);
        }
      }
    }
  }

  private static void wrongOutputs(int outputs, String why, int units, NetworkProblems problems) {
    problems.add(
        Code.OUTPUT_MISMATCH,
        "model",
        "the network gives " + outputs + (outputs == 1 ? " output" : " outputs"),
        why,
        "set units: " + units + " on the last layer");
  }

  private static String spelled(Objective objective) {
    return switch (objective) {
      case CROSS_ENTROPY -> "cross entropy";
      case BINARY_CROSS_ENTROPY -> "binary cross entropy";
      case MEAN_SQUARED_ERROR -> "mean squared error";
      case MEAN_ABSOLUTE_ERROR -> "mean absolute error";
      case HUBER -> "huber";
    };
  }
}
