package dev.sluice.benchmark.bare;

import dev.sluice.worker.engine.EngineException;
import dev.sluice.worker.engine.OnnxEngine;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

/**
 * What ONNX Runtime answers when it does nothing else: a session for each thread, opened as workers
 * do, over the same rows again and again.
 */
public final class OnnxLoop {
  private static final double WARM = 0.3;

  private OnnxLoop() {}

  /**
   * What came out.
   *
   * @param rowsPerSecond of all threads together
   */
  public record Answered(double rowsPerSecond) {}

  /**
   * Measures.
   *
   * @param arguments file of the model, rows of a batch, threads, seconds
   */
  public static Answered run(List<String> arguments)
      throws IOException, InterruptedException, ExecutionException {
    var model = Files.readAllBytes(Path.of(arguments.get(0)));
    int batch = Integer.parseInt(arguments.get(1));
    int threads = Integer.parseInt(arguments.get(2));
    long forNanos = (long) (Double.parseDouble(arguments.get(3)) * 1e9);
    var engine = new OnnxEngine();
    try (var all = Executors.newFixedThreadPool(threads)) {
      var running =
          IntStream.range(0, threads)
              .mapToObj(i -> all.submit(() -> rowsPerSecond(engine, model, batch, forNanos)))
              .toList();
      double sum = 0;
      for (var one : running) {
        sum += one.get();
      }
      return new Answered(sum);
    }
  }

  private static double rowsPerSecond(OnnxEngine engine, byte[] model, int batch, long forNanos)
      throws EngineException {
    try (var session = engine.open(model);
        var arena = Arena.ofConfined()) {
      var rows = arena.allocate(ValueLayout.JAVA_FLOAT, (long) batch * session.inputs());
      for (long i = 0; i < (long) batch * session.inputs(); i++) {
        rows.setAtIndex(ValueLayout.JAVA_FLOAT, i, (float) (i % 17));
      }
      var scores = arena.allocate(ValueLayout.JAVA_FLOAT, (long) batch * session.outputs());
      long begunNanos = System.nanoTime();
      long countedNanos = 0;
      long counted = 0;
      while (true) {
        session.predict(rows, batch, scores);
        long now = System.nanoTime();
        if (countedNanos > 0) {
          counted += batch;
          if (now - begunNanos > forNanos) {
            return counted / ((now - countedNanos) / 1e9);
          }
        } else if (now - begunNanos > WARM * forNanos) {
          countedNanos = now;
        }
      }
    }
  }
}
