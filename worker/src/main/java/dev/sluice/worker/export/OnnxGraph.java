package dev.sluice.worker.export;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import ai.onnx.proto.OnnxMl.TensorShapeProto;
import ai.onnx.proto.OnnxMl.TypeProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** An ONNX graph under construction: a chain of nodes, each fed by the one before it. */
final class OnnxGraph {
  private static final String ROWS = "N";

  private final GraphProto.Builder graph = GraphProto.newBuilder();
  private String last;
  private int nodes;

  OnnxGraph(String name, String input, int columns) {
    graph.setName(name).addInput(matrix(input, columns));
    this.last = input;
  }

  /** The tensor that the last node gives. */
  String last() {
    return last;
  }

  /** Adds a node that takes the last tensor and some others; its result becomes the last tensor. */
  void then(String operator, List<String> others, List<AttributeProto> attributes) {
    last = node(operator, Stream.concat(Stream.of(last), others.stream()).toList(), attributes);
  }

  /** Adds a node beside the chain and returns the name of its result. */
  String node(String operator, List<String> inputs, List<AttributeProto> attributes) {
    String output = operator.toLowerCase(Locale.ROOT) + "_" + nodes++;
    graph.addNode(
        NodeProto.newBuilder()
            .setOpType(operator)
            .setName(output)
            .addAllInput(inputs)
            .addOutput(output)
            .addAllAttribute(attributes));
    return output;
  }

  void then(String operator) {
    then(operator, List.of(), List.of());
  }

  /** Joins the columns of some tensors; the result becomes the last tensor. */
  void join(List<String> tensors) {
    last = node("Concat", tensors, List.of(attribute("axis", 1)));
  }

  /** Stores a float tensor and returns its name. */
  String floats(String name, List<Integer> shape, float... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(values.length, Float.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return tensor(name, TensorProto.DataType.FLOAT, shape, bytes);
  }

  /** Stores a vector of floats, rounded from doubles, and returns its name. */
  String floats(String name, List<Double> values) {
    float[] rounded = new float[values.size()];
    for (int i = 0; i < rounded.length; i++) {
      rounded[i] = values.get(i).floatValue();
    }
    return floats(name, List.of(rounded.length), rounded);
  }

  /** Stores a vector of 64-bit integers and returns its name. */
  String longs(String name, List<Integer> values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(values.size() * Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    values.forEach(value -> bytes.putLong(value));
    return tensor(name, TensorProto.DataType.INT64, List.of(values.size()), bytes.rewind());
  }

  /** Stores a tensor of 32-bit integers and returns its name. */
  String ints(String name, List<Integer> shape, int... values) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(values.length, Integer.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(values);
    return tensor(name, TensorProto.DataType.INT32, shape, bytes);
  }

  /** Stores a tensor of signed 8-bit integers and returns its name. */
  String bytes(String name, List<Integer> shape, byte... values) {
    return tensor(name, TensorProto.DataType.INT8, shape, ByteBuffer.wrap(values));
  }

  /** Stores one number of 0 to 255, of no dimension, and returns its name. */
  String unsignedByte(String name, int value) {
    ByteBuffer bytes = ByteBuffer.wrap(new byte[] {(byte) value});
    return tensor(name, TensorProto.DataType.UINT8, List.of(), bytes);
  }

  private String tensor(
      String name, TensorProto.DataType type, List<Integer> shape, ByteBuffer littleEndian) {
    TensorProto.Builder tensor =
        TensorProto.newBuilder()
            .setName(name)
            .setDataType(type.getNumber())
            .setRawData(ByteString.copyFrom(littleEndian));
    shape.forEach(dimension -> tensor.addDims(dimension));
    graph.addInitializer(tensor);
    return name;
  }

  /** Ends the chain: the last tensor is the output. */
  GraphProto end(String output, int columns) {
    graph
        .addNode(
            NodeProto.newBuilder()
                .setOpType("Identity")
                .setName(output)
                .addInput(last)
                .addOutput(output))
        .addOutput(matrix(output, columns));
    return graph.build();
  }

  static AttributeProto attribute(String name, long value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.INT)
        .setI(value)
        .build();
  }

  static AttributeProto attribute(String name, double value) {
    return AttributeProto.newBuilder()
        .setName(name)
        .setType(AttributeProto.AttributeType.FLOAT)
        .setF((float) value)
        .build();
  }

  static AttributeProto attribute(String name, long... values) {
    AttributeProto.Builder attribute =
        AttributeProto.newBuilder().setName(name).setType(AttributeProto.AttributeType.INTS);
    for (long value : values) {
      attribute.addInts(value);
    }
    return attribute.build();
  }

  private static ValueInfoProto matrix(String name, int columns) {
    TensorShapeProto shape =
        TensorShapeProto.newBuilder()
            .addDim(TensorShapeProto.Dimension.newBuilder().setDimParam(ROWS))
            .addDim(TensorShapeProto.Dimension.newBuilder().setDimValue(columns))
            .build();
    return ValueInfoProto.newBuilder()
        .setName(name)
        .setType(
            TypeProto.newBuilder()
                .setTensorType(
                    TypeProto.Tensor.newBuilder()
                        .setElemType(TensorProto.DataType.FLOAT_VALUE)
                        .setShape(shape)))
        .build();
  }
}
