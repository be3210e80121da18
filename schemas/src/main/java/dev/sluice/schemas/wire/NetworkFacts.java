package dev.sluice.schemas.wire;

import java.util.List;

/**
 * What a network is, resolved against a data set: enough to rebuild it anywhere.
 *
 * @param network the network as the user gave it
 * @param input shape of one sample
 * @param outputs values per sample that the network gives
 * @param objective what training lowered; it decides how outputs become predictions
 * @param classes names of the classes in output order; empty for regression
 * @param features names of the feature columns in model order; empty where the file has no header
 * @param featureScale scaling of the feature columns
 * @param targetScale scaling of the label; empty for classification
 * @param tensors every tensor of the flat vector
 * @param parameters length of the trained part of the flat vector
 * @param floats length of the whole flat vector
 * @param classWeights what the loss of each class was multiplied with in training, in output order;
 *     empty: by nothing
 * @param columns how each feature column becomes inputs, in model order; empty: all are numbers,
 *     and none has gaps
 */
public record NetworkFacts(
    Network network,
    List<Integer> input,
    int outputs,
    Objective objective,
    List<String> classes,
    List<String> features,
    Affine featureScale,
    Affine targetScale,
    List<TensorSpec> tensors,
    long parameters,
    long floats,
    List<Double> classWeights,
    List<FeatureColumn> columns) {
  public NetworkFacts {
    input = List.copyOf(input);
    classes = List.copyOf(classes);
    features = List.copyOf(features);
    tensors = List.copyOf(tensors);
    classWeights = List.copyOf(classWeights);
    columns = List.copyOf(columns);
  }

  /** Every class counts the same, and every feature column is one of numbers without gaps. */
  public NetworkFacts(
      Network network,
      List<Integer> input,
      int outputs,
      Objective objective,
      List<String> classes,
      List<String> features,
      Affine featureScale,
      Affine targetScale,
      List<TensorSpec> tensors,
      long parameters,
      long floats) {
    this(
        network,
        input,
        outputs,
        objective,
        classes,
        features,
        featureScale,
        targetScale,
        tensors,
        parameters,
        floats,
        List.of(),
        List.of());
  }
}
