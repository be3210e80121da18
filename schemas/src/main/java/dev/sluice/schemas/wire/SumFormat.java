package dev.sluice.schemas.wire;

/** How the numbers of a sum are written. */
public enum SumFormat {
  /** IEEE 754 binary32: 4 bytes a number. */
  FP32,
  /** The upper half of binary32: 2 bytes a number, with its range and 8 bits of its precision. */
  BF16,
  /** Whole numbers up to 127 times a scale that 256 numbers share: a little over a byte each. */
  INT8
}
