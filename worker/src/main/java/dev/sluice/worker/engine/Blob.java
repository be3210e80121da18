package dev.sluice.worker.engine;

import java.lang.foreign.MemorySegment;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Tensors over memory that Java owns: nothing is copied, and nothing is freed with the tensor. */
final class Blob {
  /** An address without ownership. */
  private static final class Address extends Pointer {
    Address(MemorySegment segment) {
      address = segment.address();
      limit = segment.byteSize();
      capacity = segment.byteSize();
    }
  }

  private Blob() {}

  /** A float tensor of a shape over the start of a segment. */
  static Tensor floats(MemorySegment segment, long... shape) {
    return over(segment, Float.BYTES, ScalarType.Float, shape);
  }

  /** A tensor of 64-bit integers of a shape over the start of a segment. */
  static Tensor longs(MemorySegment segment, long... shape) {
    return over(segment, Long.BYTES, ScalarType.Long, shape);
  }

  /** A number as libtorch's functions take it. */
  static Scalar scalar(double value) {
    return new Scalar(value);
  }

  private static Tensor over(
      MemorySegment segment, int elementBytes, ScalarType type, long... shape) {
    long bytes = elementBytes;
    for (long dimension : shape) {
      bytes = Math.multiplyExact(bytes, dimension);
    }
    require(segment, bytes, elementBytes);
    return torch.from_blob(new Address(segment), shape, new TensorOptions(type));
  }

  /** Stops a caller's mistake before native code would read past the end. */
  static void require(MemorySegment segment, long bytes, int alignmentBytes) {
    if (!segment.isNative()) {
      throw new IllegalArgumentException(
          "the segment is on the Java heap; allocate it in an Arena");
    }
    if (segment.byteSize() < bytes) {
      throw new IllegalArgumentException(
          "the segment holds " + segment.byteSize() + " bytes and " + bytes + " are needed");
    }
    if (segment.address() % alignmentBytes != 0) {
      throw new IllegalArgumentException(
          "the segment is not aligned to " + alignmentBytes + " bytes");
    }
  }
}
