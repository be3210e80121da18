package dev.sluice.fold;

import dev.sluice.schemas.wire.SumFormat;

/** The values of a node of the tree. */
@SuppressWarnings("ArrayRecordComponent") // a block of a megabyte is not boxed; never compared
public sealed interface Addend {

  /**
   * A vector.
   *
   * @param values the tree's, which may go on to write the sum of it and others there
   */
  record Vector(float[] values) implements Addend {}

  /**
   * A contribution as it came.
   *
   * @param sum where it is
   * @param format how it is written
   * @param held whether there is room for it to wait
   */
  record Payload(SumReader.Encoded sum, SumFormat format, boolean held) implements Addend {}
}
