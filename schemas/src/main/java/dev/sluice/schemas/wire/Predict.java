package dev.sluice.schemas.wire;

import java.nio.ByteBuffer;
import java.util.List;

/**
 * Answer the rows that the job itself has.
 *
 * @param model name of the model
 * @param version number of its version
 * @param place where {@code sluice.models} has that version; {@link #UNKNOWN}: it is to be looked
 *     for
 * @param rows the rows, as in {@link PredictionSpec}
 * @param names columns of their values, as in {@link PredictionSpec}
 */
public record Predict(String model, int version, long place, ByteBuffer rows, List<String> names)
    implements TaskAction {

  /** No place in {@code sluice.models} is known. */
  public static final long UNKNOWN = -1;

  public Predict {
    names = List.copyOf(names);
  }
}
