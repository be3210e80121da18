package dev.sluice.schemas.wire;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * Answer the rows that the job itself has.
 *
 * @param model name of the model
 * @param version version number in decimal, or an alias
 * @param rows the rows as JSON in UTF-8: an array of arrays, with the values in the order of names,
 *     or of objects by column name
 * @param names columns that the values of an array are of; empty: the model's, in their order
 */
public record PredictionSpec(String model, String version, ByteBuffer rows, List<String> names)
    implements Work {

  private static final ByteBuffer NO_ROWS = ByteBuffer.allocate(0).asReadOnlyBuffer();

  public PredictionSpec {
    names = List.copyOf(names);
    rows = rows.hasRemaining() ? rows : NO_ROWS; // an empty view keeps alive what it is a view of
  }

  /** The same in memory of its own, for whoever keeps it: what was read is a view of a fetch. */
  public PredictionSpec detached() {
    var own = ByteBuffer.allocate(rows.remaining()).put(rows.duplicate()).flip();
    return new PredictionSpec(model, version, own, names);
  }

  /** The same without the rows, which are kept where the job was submitted. */
  public PredictionSpec withoutRows() {
    return new PredictionSpec(model, version, NO_ROWS, names);
  }
}
