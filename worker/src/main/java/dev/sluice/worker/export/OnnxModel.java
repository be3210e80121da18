package dev.sluice.worker.export;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.jobs.network.LayerShape;
import dev.sluice.jobs.network.NetworkPlan;
import dev.sluice.jobs.network.NetworkResult;
import dev.sluice.jobs.network.NetworkShapes;
import dev.sluice.schemas.wire.Affine;
import dev.sluice.schemas.wire.BooleanColumn;
import dev.sluice.schemas.wire.CategoryColumn;
import dev.sluice.schemas.wire.FeatureColumn;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.NumberColumn;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
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

  private OnnxModel() {}

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
    OnnxGraph graph = network(facts, flat, Arithmetic.FLOAT);
    return file(graph.end(OUTPUT, facts.outputs()), texts(facts, name, sha256));
  }

  /**
   * The network from rows to scores, as yet without an output.
   *
   * @param arithmetic in which numbers it multiplies
   */
  static OnnxGraph network(NetworkFacts facts, MemorySegment flat, Arithmetic arithmetic) {
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
    scaleAndShape(graph, facts);
    new OnnxLayers(graph, new Tensors(facts, flat), arithmetic)
        .write(plan.layers().stream().map(LayerShape::layer).toList());
    unscale(graph, facts.targetScale());
    return graph;
  }

  private static void scaleAndShape(OnnxGraph graph, NetworkFacts facts) {
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

  private static void unscale(OnnxGraph graph, Affine scale) {
    if (!scale.shift().isEmpty()) {
      graph.then("Mul", List.of(graph.floats("target_scale", scale.scale())), List.of());
      graph.then("Add", List.of(graph.floats("target_shift", scale.shift())), List.of());
    }
  }

  /** What a file says of itself. */
  static Map<String, String> texts(NetworkFacts facts, String name, String sha256) {
    Map<String, String> texts = new HashMap<>();
    texts.put("name", name);
    texts.put("sha256", sha256);
    texts.put("objective", facts.objective().name());
    texts.put("classes", json(facts.classes()));
    texts.put("features", json(facts.features()));
    if (!facts.columns().isEmpty()) {
      texts.put("columns", columns(facts.columns()).toString());
    }
    return texts;
  }

  /**
   * How a consumer makes inputs of feature columns: a number or a truth value is one, a category is
   * one for each that is named, 1 where it is the cell's.
   */
  static ArrayNode columns(List<FeatureColumn> columns) {
    ArrayNode array = JsonMapper.builder().build().createArrayNode();
    for (FeatureColumn column : columns) {
      ObjectNode node = array.addObject();
      switch (column) {
        case NumberColumn(var fill) -> node.put("holds", "number").put("fill", fill);
        case BooleanColumn(var fill) -> node.put("holds", "boolean").put("fill", fill);
        case CategoryColumn(var categories, var fill) -> {
          node.put("holds", "category").put("fill", fill);
          categories.forEach(node.putArray("categories")::add);
        }
      }
    }
    return array;
  }

  /**
   * A graph as a file.
   *
   * @param texts metadata
   */
  static byte[] file(GraphProto graph, Map<String, String> texts) {
    ModelProto.Builder file =
        ModelProto.newBuilder()
            .setIrVersion(IR_VERSION)
            .setProducerName("sluice")
            .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
            .setGraph(graph);
    new TreeMap<>(texts)
        .forEach(
            (key, value) ->
                file.addMetadataProps(
                    StringStringEntryProto.newBuilder().setKey(key).setValue(value)));
    return file.build().toByteArray();
  }

  private static String json(List<String> texts) {
    ArrayNode array = JsonMapper.builder().build().createArrayNode();
    texts.forEach(array::add);
    return array.toString();
  }
}
