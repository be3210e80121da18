package dev.sluice.worker.engine;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;

/** Arrays in native memory, freed by the garbage collector. */
public final class Native {
  private Native() {}

  /** An uninitialised vector of floats. */
  public static MemorySegment floats(long count) {
    return Arena.ofAuto().allocate(ValueLayout.JAVA_FLOAT, Math.max(count, 1));
  }

  /** A copy of an array. */
  public static MemorySegment floats(float... values) {
    MemorySegment segment = floats((long) values.length);
    MemorySegment.copy(values, 0, segment, ValueLayout.JAVA_FLOAT, 0, values.length);
    return segment;
  }

  /** A copy of an array. */
  public static MemorySegment longs(long... values) {
    MemorySegment segment = Arena.ofAuto().allocate(ValueLayout.JAVA_LONG, values.length);
    MemorySegment.copy(values, 0, segment, ValueLayout.JAVA_LONG, 0, values.length);
    return segment;
  }

  /** The floats of a segment. */
  public static float[] array(MemorySegment segment) {
    return segment.toArray(ValueLayout.JAVA_FLOAT);
  }

  /** Seeded values, normally distributed. */
  public static float[] gaussian(long seed, int count) {
    Random random = new Random(seed);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** Initial values with every tensor, also those that start as 0 or 1, moved a little. */
  public static float[] shaken(TrainingProgram program, long seed) {
    MemorySegment flat = floats(program.floats());
    program.initialise(seed, flat);
    float[] values = array(flat);
    Random random = new Random(seed);
    for (int i = 0; i < values.length; i++) {
      values[i] += (float) (0.2 * random.nextDouble());
    }
    return values;
  }

  /** The product of a shape. */
  public static int product(List<Integer> shape) {
    return shape.stream().reduce(1, Math::multiplyExact);
  }
}
