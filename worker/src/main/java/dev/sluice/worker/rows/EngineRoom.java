package dev.sluice.worker.rows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Room for what an engine takes and gives in one call, off the heap. For one thread. */
final class EngineRoom implements AutoCloseable {

  private static final int ALIGNMENT_BYTES = 64;

  private Arena arena = open();
  private MemorySegment features = MemorySegment.NULL;
  private MemorySegment scores = MemorySegment.NULL;

  @SuppressWarnings("MustBeClosedChecker") // with this, or when there is to be more room
  private static Arena open() {
    return Arena.ofShared();
  }

  /** Makes room for so many values; what was there before is lost. */
  void reserve(long featureFloats, long scoreFloats) {
    if (features.byteSize() >= featureFloats * Float.BYTES
        && scores.byteSize() >= scoreFloats * Float.BYTES) {
      return;
    }
    long featureBytes = Math.max(features.byteSize(), featureFloats * Float.BYTES);
    long scoreBytes = Math.max(scores.byteSize(), scoreFloats * Float.BYTES);
    features = MemorySegment.NULL; // where there is no memory for more, nothing is left of the old
    scores = MemorySegment.NULL;
    arena.close();
    arena = open();
    var forFeatures = arena.allocate(featureBytes, ALIGNMENT_BYTES);
    scores = arena.allocate(scoreBytes, ALIGNMENT_BYTES);
    features = forFeatures;
  }

  void put(float[] from, int at, int floats, long to) {
    MemorySegment.copy(from, at, features, ValueLayout.JAVA_FLOAT, to * Float.BYTES, floats);
  }

  void get(long from, float[] to, int at, int floats) {
    MemorySegment.copy(scores, ValueLayout.JAVA_FLOAT, from * Float.BYTES, to, at, floats);
  }

  MemorySegment features() {
    return features;
  }

  MemorySegment scores() {
    return scores;
  }

  @Override
  public void close() {
    arena.close();
  }
}
