package dev.sluice.accelerators.catalogue;

import dev.sluice.platform.document.Spelling;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** How a device holds a number while it computes. */
public enum NumberFormat {
  /** IEEE 754 double precision. */
  FP64(64),
  /** IEEE 754 single precision. */
  FP32(32),
  /** Single precision in memory, of which 19 bits take part in a multiplication. */
  TF32(32),
  /** IEEE 754 half precision. */
  FP16(16),
  /** The upper half of single precision. */
  BF16(16),
  /** Either of the 8-bit floating-point formats, E4M3 and E5M2. */
  FP8(8),
  /** Whole numbers with a scale. */
  INT8(8),
  /** Whole numbers with a scale. */
  INT4(4),
  /** E2M1, with a scale for each block of numbers. */
  FP4(4);

  private final int bits;

  NumberFormat(int bits) {
    this.bits = bits;
  }

  /** The name in files and messages, such as {@code fp16}. */
  public String label() {
    return Spelling.of(this);
  }

  /** Bits that a number takes in memory. */
  public int bits() {
    return bits;
  }

  /** Unit of a peak rate: a multiplication with its addition counts as two. */
  public String rateUnit() {
    return switch (this) {
      case FP64, FP32, TF32, FP16, BF16, FP8, FP4 -> "TFLOPS";
      case INT8, INT4 -> "TOPS";
    };
  }

  /** The format with this label. */
  public static Optional<NumberFormat> of(String label) {
    return Arrays.stream(values()).filter(format -> format.label().equals(label)).findFirst();
  }

  /** All labels, in the order of the constants. */
  public static List<String> labels() {
    return Spelling.all(NumberFormat.class);
  }
}
