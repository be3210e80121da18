package dev.sluice.worker.export;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.sluice.schemas.network.NetworkPlan;
import dev.sluice.schemas.network.NetworkResult;
import dev.sluice.schemas.network.NetworkShapes;
import dev.sluice.schemas.wire.Activation;
import dev.sluice.schemas.wire.Affine;
import dev.sluice.schemas.wire.AvgPool2d;
import dev.sluice.schemas.wire.BatchNorm;
import dev.sluice.schemas.wire.Conv2d;
import dev.sluice.schemas.wire.Dense;
import dev.sluice.schemas.wire.Dropout;
import dev.sluice.schemas.wire.Flatten;
import dev.sluice.schemas.wire.Function;
import dev.sluice.schemas.wire.GlobalAvgPool;
import dev.sluice.schemas.wire.Layer;
import dev.sluice.schemas.wire.LayerNorm;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.MaxPool2d;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A trained layer stack as an ONNX file that stands alone: raw rows in, scores out, scaling inside.
 *
 * <p>Input {@code features} is [N, feature columns], as the numbers stand in the data set; output
 * {@code scores} is [N, outputs]: logits for classes, the label in its own unit for regression. The
 * operators are those of opset {@value #OPSET}, the first with Gelu. Dropout is left out; batch
 * normalisation uses the running statistics. Metadata: name, sha256 (of the flat vector),
 * objective, classes and features (JSON arrays).
 */
public final class OnnxModel {
  /** Version of the operator set. */
  public static final long OPSET = 20;

  /** Version of the file format that goes with the operator set. */
  public static final long IR_VERSION = 9;

  /** Name of the input. */
  public static final String INPUT = "features";

  /** Name of the output. */
  public static final String OUTPUT = "scores";

  private final NetworkFacts facts;
  private final MemorySegment flat;
  private final OnnxGraph graph;

  private OnnxModel(NetworkFacts facts, MemorySegment flat, OnnxGraph graph) {
    this.facts = facts;
    this.flat = flat;
    this.graph = graph;
  }

  /**
   * Writes a layer stack.
   *
   * @param facts the network; not TorchScript, which cannot be written as ONNX from here
   * @param flat its flat vector: 32-bit floats in native byte order
   * @param name name of the model
   * @param sha256 SHA-256 of the flat vector
   * @return the file's bytes
   */
  public static byte[] write(NetworkFacts facts, MemorySegment flat, String name, String sha256) {
    if (!(facts.network() instanceof LayerStack stack)) {
      throw new IllegalArgumentException("only layer stacks are written as ONNX");
    }
    int columns = facts.input().stream().reduce(1, Math::multiplyExact);
    LayerStack shaped = new LayerStack(facts.input(), stack.layers());
    NetworkPlan plan =
        switch (NetworkShapes.infer(shaped, columns)) {
          case NetworkResult.Fits(NetworkPlan fitting) -> fitting;
          case NetworkResult.DoesNotFit(var causes) ->
              throw new IllegalArgumentException("the facts contradict themselves: " + causes);
        };
    OnnxGraph graph = new OnnxGraph("network", INPUT, columns);
    OnnxModel model = new OnnxModel(facts, flat, graph);
    model.scaleAndShape();
    for (int i = 0; i < plan.layers().size(); i++) {
      model.layer(plan.layers().get(i).layer(), i);
    }
    model.unscale();
    ModelProto.Builder file =
        ModelProto.newBuilder()
            .setIrVersion(IR_VERSION)
            .setProducerName("sluice")
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
            .setGraph(graph.end(OUTPUT, facts.outputs()));
    Map.of(
            "name", name,
            "sha256", sha256,
            "objective", facts.objective().name(),
            "classes", json(facts.classes()),
            "features", json(facts.features()))
        .entrySet()
        .stream()
        .sorted(Map.Entry.comparingByKey())
        .forEach(
            entry ->
                file.addMetadataProps(
                    StringStringEntryProto.newBuilder()
                        .setKey(entry.getKey())
                        .setValue(entry.getValue())));
    return file.build().toByteArray();
  }

  private void scaleAndShape() {
    Affine scale = facts.featureScale();
    if (!scale.shift().isEmpty()) {
      graph.then("Sub", List.of(graph.floats("feature_shift", scale.shift())), List.of());
      graph.then("Div", List.of(graph.floats("feature_scale", scale.scale())), List.of());
    }
    if (facts.input().size() > 1) {
      // 0 keeps the dimension as it is: the number of rows.
      List<Integer> shape = Stream.concat(List.of(0).stream(), facts.input().stream()).toList();
      graph.then("Reshape", List.of(graph.longs("sample_shape", shape)), List.of());
    }
  }

  private void unscale() {
    Affine scale = facts.targetScale();
    if (!scale.shift().isEmpty()) {
      graph.then("Mul", List.of(graph.floats("target_scale", scale.scale())), List.of());
      graph.then("Add", List.of(graph.floats("target_shift", scale.shift())), List.of());
    }
  }

  private void layer(Layer layer, int index) {
    switch (layer) {
      case Dense dense ->
          graph.then(
              "Gemm", weights(index, dense.bias()), List.of(OnnxGraph.attribute("transB", 1)));
      case Conv2d conv ->
          graph.then(
              "Conv",
              weights(index, conv.bias()),
              window(conv.kernel(), conv.stride(), conv.padding()));
      case MaxPool2d(int kernel, int stride, int padding) ->
          graph.then("MaxPool", List.of(), window(kernel, stride, padding));
      case AvgPool2d(int kernel, int stride, int padding) -> {
        List<AttributeProto> attributes = new ArrayList<>(window(kernel, stride, padding));
        attributes.add(OnnxGraph.attribute("count_include_pad", 1));
        graph.then("AveragePool", List.of(), attributes);
      }
      case GlobalAvgPool() -> {
        graph.then("GlobalAveragePool");
        graph.then("Flatten");
      }
      case Flatten() -> graph.then("Flatten");
      case Dropout(double rate) -> {
        // The identity in inference.
      }
      case BatchNorm norm ->
          graph.then(
              "BatchNormalization",
              List.of(
                  tensor(index, "weight"),
                  tensor(index, "bias"),
                  tensor(index, "running_mean"),
                  tensor(index, "running_var")),
              List.of(OnnxGraph.attribute("epsilon", norm.epsilon())));
      case LayerNorm norm ->
          graph.then(
              "LayerNormalization",
              List.of(tensor(index, "weight"), tensor(index, "bias")),
              List.of(
                  OnnxGraph.attribute("axis", 1), OnnxGraph.attribute("epsilon", norm.epsilon())));
      case Activation(Function function) -> activation(function);
    }
  }

  private void activation(Function function) {
    switch (function) {
      case RELU -> graph.then("Relu");
      case LEAKY_RELU ->
          graph.then("LeakyRelu", List.of(), List.of(OnnxGraph.attribute("alpha", 0.01)));
      case ELU -> graph.then("Elu");
      case GELU -> graph.then("Gelu");
      case SILU -> {
        String x = graph.last();
        graph.then("Sigmoid");
        graph.then("Mul", List.of(x), List.of());
      }
      case TANH -> graph.then("Tanh");
      case SIGMOID -> graph.then("Sigmoid");
      case SOFTPLUS -> graph.then("Softplus");
    }
  }

  private static List<AttributeProto> window(int kernel, int stride, int padding) {
    int step = stride == 0 ? kernel : stride;
    return List.of(
        OnnxGraph.attribute("kernel_shape", new long[] {kernel, kernel}),
        OnnxGraph.attribute("strides", new long[] {step, step}),
        OnnxGraph.attribute("pads", new long[] {padding, padding, padding, padding}));
  }

  private List<String> weights(int index, boolean bias) {
    return bias
        ? List.of(tensor(index, "weight"), tensor(index, "bias"))
        : List.of(tensor(index, "weight"));
  }

  /** Stores a tensor of the flat vector under its own name. */
  private String tensor(int index, String suffix) {
    String name = index + "." + suffix;
    TensorSpec tensor =
        facts.tensors().stream()
            .filter(candidate -> candidate.name().equals(name))
            .findFirst()
            .orElseThrow(() -> new IllegalArgumentException("the facts lack the tensor " + name));
    int elements = tensor.shape().stream().reduce(1, Math::multiplyExact);
    ByteBuffer values =
        ByteBuffer.allocate(Math.multiplyExact(elements, Float.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (long i = 0; i < elements; i++) {
      values.putFloat(flat.getAtIndex(ValueLayout.JAVA_FLOAT, tensor.offset() + i));
    }
    return graph.floats(name, tensor.shape(), values.flip());
  }

  private static String json(List<String> texts) {
    ArrayNode array = JsonMapper.builder().build().createArrayNode();
    texts.forEach(array::add);
    return array.toString();
  }
}
