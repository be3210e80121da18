package dev.sluice.worker.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

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
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * The same arguments give the same bits: in another instance, thread, process, or place in memory.
 */
class TorchBitsTest {
  private static final int CHILD_SECONDS = 120;
  private static final LayerStack NETWORK =
      new LayerStack(
          List.of(1, 12, 12),
          List.of(
              new Conv2d(8, 3, 1, 1, true),
              new BatchNorm(0.1, 1e-5),
              new Activation(Function.GELU),
              new MaxPool2d(2, 0, 0),
              new Flatten(),
              new Dropout(0.3),
              new Dense(64, true),
              new Activation(Function.TANH),
              new Dense(5, true)));
  private static final int SAMPLES = 16;
  private static final float[] FEATURES = Native.gaussian(3, SAMPLES * 144);

  private static MemorySegment labels(int from, int count) {
    long[] labels = new long[count];
    for (int i = 0; i < count; i++) {
      labels[i] = (long) (from + i) % 5;
    }
    return Native.longs(labels);
  }

  private static float[] gradient() throws EngineException {
    try (TrainingProgram program =
        new TorchEngine()
            .open(NETWORK, NETWORK.input(), TrainingLoss.of(Objective.CROSS_ENTROPY), null)) {
      MemorySegment flat = Native.floats(program.floats());
      program.initialise(42, flat);
      MemorySegment out = Native.floats(program.floats());
      program.gradient(flat, Native.floats(FEATURES), labels(0, SAMPLES), SAMPLES, 9, out);
      return Native.array(out);
    }
  }

  /** The gradient's bits as one text. */
  private static String bits() throws EngineException {
    StringBuilder bits = new StringBuilder();
    for (float value : gradient()) {
      bits.append(Integer.toHexString(Float.floatToRawIntBits(value))).append(' ');
    }
    return bits.toString().strip();
  }

  @Test
  void twoInstancesAgreeToTheBit() throws EngineException {
    assertThat(bits()).isEqualTo(bits());
    assertThat(new TorchEngine().fingerprint()).isEqualTo(new TorchEngine().fingerprint());
  }

  @Test
  void everyThreadAgreesToTheBit() throws Exception {
    String here = bits();
    Callable<String> task = TorchBitsTest::bits;
    try (ExecutorService threads = Executors.newFixedThreadPool(2)) {
      for (var other : threads.invokeAll(List.of(task, task, task, task))) {
        assertThat(other.get()).isEqualTo(here);
      }
    }
  }

  @Test
  void anotherProcessAgreesToTheBit() throws Exception {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Printer.class.getName())
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    String output;
    try (var stream = child.getInputStream()) {
      output = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    }
    assertThat(child.waitFor(CHILD_SECONDS, TimeUnit.SECONDS)).isTrue();
    assertThat(output.lines().toList())
        .containsSubsequence(new TorchEngine().fingerprint(), bits());
  }

  /** Prints this process's fingerprint and bits. */
  static final class Printer {
    private Printer() {}

    public static void main(String[] arguments) throws EngineException, IOException {
      String lines = new TorchEngine().fingerprint() + "\n" + bits() + "\n";
      System.out.write(lines.getBytes(StandardCharsets.UTF_8));
      System.out.flush();
    }
  }

  @Test
  void theAddressOfAVectorDoesNotMatter() throws EngineException {
    try (TrainingProgram program =
        new TorchEngine()
            .open(NETWORK, NETWORK.input(), TrainingLoss.of(Objective.CROSS_ENTROPY), null)) {
      MemorySegment even = Native.floats(program.floats());
      program.initialise(42, even);
      for (int shift = 1; shift < 17; shift += 5) {
        MemorySegment odd = Native.floats(program.floats() + shift);
        MemorySegment flat = odd.asSlice((long) shift * Float.BYTES);
        flat.copyFrom(even);
        MemorySegment features = Native.floats(FEATURES.length + (long) shift);
        MemorySegment rows = features.asSlice((long) shift * Float.BYTES);
        rows.copyFrom(Native.floats(FEATURES));
        MemorySegment out =
            Native.floats(program.floats() + shift).asSlice((long) shift * Float.BYTES);
        program.gradient(flat, rows, labels(0, SAMPLES), SAMPLES, 9, out);
        assertThat(Native.array(out)).isEqualTo(gradient());
      }
    }
  }

  @Test
  void theSumOverShardsIsTheWholeGradient() throws EngineException {
    LayerStack network =
        new LayerStack(
            List.of(144),
            List.of(new Dense(32, true), new Activation(Function.RELU), new Dense(5, true)));
    try (TrainingProgram program =
        new TorchEngine()
            .open(network, network.input(), TrainingLoss.of(Objective.CROSS_ENTROPY), null)) {
      MemorySegment flat = Native.floats(program.floats());
      program.initialise(42, flat);
      MemorySegment whole = Native.floats(program.floats());
      GradientSum all =
          program.gradient(flat, Native.floats(FEATURES), labels(0, SAMPLES), SAMPLES, 0, whole);
      int shards = 4;
      int rows = SAMPLES / shards;
      float[][] parts = new float[shards][];
      double lossSum = 0;
      for (int shard = 0; shard < shards; shard++) {
        MemorySegment part = Native.floats(program.floats());
        MemorySegment features =
            Native.floats(FEATURES).asSlice((long) shard * rows * 144 * Float.BYTES);
        lossSum +=
            program.gradient(flat, features, labels(shard * rows, rows), rows, 0, part).lossSum();
        parts[shard] = Native.array(part);
      }
      assertThat(lossSum).isCloseTo(all.lossSum(), within(1e-4));
      for (int i = 0; i < program.floats(); i++) {
        float tree = (parts[0][i] + parts[1][i]) + (parts[2][i] + parts[3][i]);
        assertThat(tree).isCloseTo(whole.getAtIndex(ValueLayout.JAVA_FLOAT, i), within(2e-5f));
      }
    }
  }
}
