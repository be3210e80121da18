package dev.sluice.worker.engine;

import dev.sluice.schemas.wire.Activation;
import dev.sluice.schemas.wire.BatchNorm;
import dev.sluice.schemas.wire.Conv2d;
import dev.sluice.schemas.wire.Dense;
import dev.sluice.schemas.wire.Dropout;
import dev.sluice.schemas.wire.Flatten;
import dev.sluice.schemas.wire.Function;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.MaxPool2d;
import dev.sluice.schemas.wire.Objective;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * A small computation whose bits tell machines apart: convolution, pooling, normalisation, dropout,
 * dense layers wide enough for the vector kernels, and a transcendental function, forward and back.
 */
final class Probe {
  private static final List<Integer> IMAGE = List.of(3, 16, 16);
  private static final int VALUES = 3 * 16 * 16;
  private static final int SAMPLES = 16;
  private static final int CLASSES = 10;
  private static final long SEED = 20_260_101;

  private Probe() {}

  /** Eight hexadecimal digits: equal on machines that compute the probe alike. */
  static String digest(TrainingEngine engine) {
    LayerStack network =
        new LayerStack(
            IMAGE,
            List.of(
                new Conv2d(16, 3, 1, 1, true),
                new BatchNorm(0.1, 1e-5),
                new Activation(Function.GELU),
                new MaxPool2d(2, 2, 0),
                new Conv2d(24, 5, 1, 0, true),
                new Activation(Function.TANH),
                new Flatten(),
                new Dropout(0.25),
                new Dense(128, true),
                new Activation(Function.SILU),
                new Dense(CLASSES, true)));
    try (Arena arena = Arena.ofConfined();
        TrainingProgram program =
            engine.open(network, IMAGE, TrainingLoss.of(Objective.CROSS_ENTROPY), null)) {
      long bytes = program.floats() * Float.BYTES;
      MemorySegment flat = arena.allocate(bytes, Long.BYTES);
      MemorySegment gradient = arena.allocate(bytes, Long.BYTES);
      MemorySegment features = arena.allocate((long) SAMPLES * VALUES * Float.BYTES, Long.BYTES);
      MemorySegment labels = arena.allocate(ValueLayout.JAVA_LONG, SAMPLES);
      program.initialise(SEED, flat);
      for (int i = 0; i < SAMPLES * VALUES; i++) {
        features.setAtIndex(ValueLayout.JAVA_FLOAT, i, (i * 37 % 101 - 50) / 25f);
      }
      for (int i = 0; i < SAMPLES; i++) {
        labels.setAtIndex(ValueLayout.JAVA_LONG, i, i % CLASSES);
      }
      program.gradient(flat, features, labels, SAMPLES, SEED, gradient);
      CRC32C checksum = new CRC32C();
      checksum.update(gradient.asByteBuffer());
      return HexFormat.of().toHexDigits((int) checksum.getValue());
    } catch (EngineException broken) {
      throw new IllegalStateException("libtorch cannot compute the fingerprint's probe", broken);
    }
  }
}
