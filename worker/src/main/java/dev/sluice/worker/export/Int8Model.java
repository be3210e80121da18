package dev.sluice.worker.export;

import dev.sluice.schemas.wire.NetworkFacts;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A trained layer stack as an ONNX file that multiplies in 8-bit integers, with rows, scores and
 * metadata as in {@link OnnxModel}.
 *
 * <p>It is quantised after training (Jacob et al., arXiv 1712.05877) and written as pairs of
 * QuantizeLinear and DequantizeLinear, which every engine can run in floats and those of NPUs take
 * for whole-number operators. Weights are signed, symmetric, with one scale per output; what enters
 * a dense layer or a convolution and what leaves a convolution is unsigned, with one scale and zero
 * point per tensor; biases are 32-bit integers in steps of both scales' product. Batch
 * normalisation directly behind a dense layer or convolution becomes part of its weights. Features
 * are scaled in floats before the first quantised tensor; scores leave the last dense layer as
 * floats.
 *
 * <p>To write one, put the rows of training to {@link #observer} and collect {@link ValueRanges}.
 */
public final class Int8Model {
  private final NetworkFacts facts;
  private final MemorySegment flat;
  private final int ranges;
  private final byte[] observer;

  /**
   * @param facts the network; a layer stack
   * @param flat its flat vector: 32-bit floats in native byte order
   */
  public Int8Model(NetworkFacts facts, MemorySegment flat) {
    this.facts = facts;
    this.flat = flat;
    Observing observing = new Observing();
    OnnxGraph graph = OnnxModel.network(facts, flat, observing);
    this.ranges = observing.names.size();
    this.observer = ranges == 0 ? new byte[0] : observer(graph, observing.names);
  }

  /** Ends a graph with the extremes of some of its tensors. */
  private static byte[] observer(OnnxGraph graph, List<String> tensors) {
    String axis = graph.longs("columns", List.of(1));
    List<String> extremes = new ArrayList<>();
    for (String reduction : List.of("ReduceMin", "ReduceMax")) {
      for (String tensor : tensors) {
        String flattened = graph.node("Flatten", List.of(tensor), List.of());
        extremes.add(graph.node(reduction, List.of(flattened, axis), List.of()));
      }
    }
    graph.join(extremes);
    return OnnxModel.file(graph.end("ranges", extremes.size()), Map.of());
  }

  /** Tensors of which the range has to be known; 0 where nothing in the network multiplies. */
  public int ranges() {
    return ranges;
  }

  /**
   * An ONNX file of the network in floats that answers a row with what it sees on the way: the
   * least value of each of {@link #ranges} tensors, then the greatest of each. Empty where there is
   * none.
   */
  public byte[] observer() {
    return observer.clone();
  }

  /**
   * Writes the network.
   *
   * @param ranges what the observer saw
   * @param name name of the model
   * @param sha256 SHA-256 of the flat vector
   * @param parent the version that it is made of, as name@version
   * @return the file's bytes
   */
  public byte[] write(ValueRanges ranges, String name, String sha256, String parent) {
    OnnxGraph graph = OnnxModel.network(facts, flat, new Int8(ranges));
    Map<String, String> texts = new HashMap<>(OnnxModel.texts(facts, name, sha256));
    texts.put("format", "int8");
    texts.put("parent", parent);
    return OnnxModel.file(graph.end(OnnxModel.OUTPUT, facts.outputs()), texts);
  }

  /** Floats in the places where whole numbers will be, with the names of the tensors there. */
  private static final class Observing implements Arithmetic {
    private final List<String> names = new ArrayList<>();

    @Override
    public boolean foldsNormalisation() {
      return true;
    }

    @Override
    public void activation(OnnxGraph graph, int range) {
      if (range == names.size()) {
        names.add(graph.last());
      }
    }

    @Override
    public List<String> weights(OnnxGraph graph, int range, Weights weights) {
      return Arithmetic.floats(graph, weights);
    }
  }

  /** Whole numbers, between pairs that quantise and dequantise. */
  private static final class Int8 implements Arithmetic {
    private final ValueRanges ranges;
    private final Map<Integer, List<String>> stored = new HashMap<>();

    Int8(ValueRanges ranges) {
      this.ranges = ranges;
    }

    @Override
    public boolean foldsNormalisation() {
      return true;
    }

    @Override
    public void activation(OnnxGraph graph, int range) {
      List<String> steps = stored.computeIfAbsent(range, number -> store(graph, number));
      graph.then("QuantizeLinear", steps, List.of());
      graph.then("DequantizeLinear", steps, List.of());
    }

    private List<String> store(OnnxGraph graph, int range) {
      ValueRanges.Steps steps = ranges.steps(range);
      return List.of(
          graph.floats("range_" + range + "_scale", List.of(), steps.scale()),
          graph.unsignedByte("range_" + range + "_zero", steps.zeroPoint()));
    }

    @Override
    public List<String> weights(OnnxGraph graph, int range, Weights weights) {
      Int8Weights whole = Int8Weights.of(weights, ranges.steps(range).scale());
      List<Integer> perOutput = List.of(weights.outputs());
      String weight = weights.layer() + ".weight";
      List<String> names = new ArrayList<>();
      names.add(
          graph.node(
              "DequantizeLinear",
              List.of(
                  graph.bytes(weight, weights.shape(), whole.weight()),
                  graph.floats(weight + "_scale", perOutput, whole.scale()),
                  graph.bytes(weight + "_zero", perOutput, new byte[weights.outputs()])),
              List.of(OnnxGraph.attribute("axis", 0))));
      if (weights.bias() != null) {
        String bias = weights.layer() + ".bias";
        names.add(
            graph.node(
                "DequantizeLinear",
                List.of(
                    graph.ints(bias, perOutput, whole.bias()),
                    graph.floats(bias + "_scale", perOutput, whole.biasScale())),
                List.of(OnnxGraph.attribute("axis", 0))));
      }
      return Collections.unmodifiableList(names);
    }
  }
}
