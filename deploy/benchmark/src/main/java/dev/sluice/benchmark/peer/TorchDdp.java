package dev.sluice.benchmark.peer;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * PyTorch's DistributedDataParallel over gloo, two processes of one thread, on the same network.
 */
public final class TorchDdp {
  private static final String PYTHON = "SLUICE_BENCH_PYTHON";
  private static final Duration LOOK_MAX = Duration.ofSeconds(60);
  private static final Duration START_MAX = Duration.ofSeconds(60);

  /** The peer uses no more than ours. */
  private static final Map<String, String> ONE_THREAD =
      Map.of("OMP_NUM_THREADS", "1", "MKL_NUM_THREADS", "1", "OPENBLAS_NUM_THREADS", "1");

  private final Path directory;
  private final Path rows;
  private final @Nullable String python;

  /**
   * Looks for a Python that has it.
   *
   * @param directory for the script
   * @param rows the data set
   */
  public TorchDdp(Path directory, Path rows) throws InterruptedException {
    this.directory = directory;
    this.rows = rows;
    var candidate = System.getenv().getOrDefault(PYTHON, "python3");
    this.python = hasTorch(candidate) ? candidate : null;
  }

  private static boolean hasTorch(String python) throws InterruptedException {
    try {
      return Program.run(List.of(python, "-c", "import torch"), ONE_THREAD, LOOK_MAX).code() == 0;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Trains the network in step.
   *
   * @param hidden units of each of its two hidden layers
   * @param batch rows of a step, half for each process
   * @param seconds how long
   * @return {@code stepsPerSecond}
   */
  public PeerFound train(int hidden, int batch, double seconds) throws InterruptedException {
    var within = START_MAX.plusMillis((long) (seconds * 2_000));
    return run(
        "ddp.py",
        within,
        String.valueOf(hidden),
        String.valueOf(batch),
        String.format(Locale.ROOT, "%.1f", seconds));
  }

  /**
   * Trains it with AdamW, and exchanges gradients after each step, or what both have come to after
   * more (DiLoCo).
   *
   * @param hidden units of each of its two hidden layers
   * @param batch rows of a step, half for each process
   * @param epochs passes over four fifths of the rows
   * @param steps steps between two exchanges
   * @param seed of its initial parameters, and of which rows are held out
   * @param wanted accuracy on the held-out rows that is waited for
   * @return {@code secondsTo}, where that was reached, and {@code accuracy} after all epochs
   */
  public PeerFound exchangeAfter(
      int hidden, int batch, int epochs, int steps, long seed, double wanted)
      throws InterruptedException {
    return run(
        "local.py",
        START_MAX,
        String.valueOf(hidden),
        String.valueOf(batch),
        String.valueOf(epochs),
        String.valueOf(steps),
        String.valueOf(seed),
        String.valueOf(wanted));
  }

  private PeerFound run(String name, Duration within, String... arguments)
      throws InterruptedException {
    if (python == null) {
      return PeerFound.absent(
          "no Python with torch (pip install torch into a virtual environment and set "
              + PYTHON
              + " to its python)");
    }
    try {
      var script = Program.script(name, directory);
      var command = new ArrayList<>(List.of(python, script.toString(), rows.toString()));
      command.addAll(List.of(arguments));
      return PeerFound.read(Program.run(command, ONE_THREAD, within).lines());
    } catch (IOException e) {
      return PeerFound.absent(String.valueOf(e.getMessage()));
    }
  }
}
