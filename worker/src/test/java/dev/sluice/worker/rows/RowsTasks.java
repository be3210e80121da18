package dev.sluice.worker.rows;

import dev.sluice.schemas.wire.Affine;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.Predict;
import dev.sluice.schemas.wire.Priority;
import dev.sluice.schemas.wire.Task;
import dev.sluice.worker.engine.EngineException;
import dev.sluice.worker.engine.InferenceSession;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Tasks, models and an engine for tests of tasks that have their rows themselves. */
public final class RowsTasks {
  private RowsTasks() {}

  /** A task of job {@code id}, for version 1 of a model, which stands at its beginning. */
  public static Task task(String id, String model, String rows) {
    var text = ByteBuffer.wrap(rows.getBytes(StandardCharsets.UTF_8));
    return new Task("rows", id, 1, 1, "", 0, 0, new Predict(model, 1, 0, text, List.of()));
  }

  static Taken taken(String id, String rows) {
    return taken(task(id, "sums", rows), Priority.NORMAL, 1);
  }

  static Taken taken(Task task, Priority priority, int delivery) {
    return new Taken(task, (Predict) task.action(), priority, delivery);
  }

  /** A network of so many columns, for what tests put in its place. */
  public static ModelVersion version(
      String model, int columns, Objective objective, List<String> classes) {
    var network =
        new NetworkFacts(
            new LayerStack(List.of(columns), List.of()),
            List.of(columns),
            Math.max(1, classes.size()),
            objective,
            classes,
            List.of(),
            new Affine(Collections.nCopies(columns, 0.0), Collections.nCopies(columns, 1.0)),
            new Affine(List.of(), List.of()),
            List.of(),
            0,
            0);
    return version(model, network);
  }

  static ModelVersion version(String model, NetworkFacts network) {
    return new ModelVersion(
        model,
        1,
        "job",
        "sha256:" + model,
        network,
        List.of(),
        List.of(),
        "",
        0,
        "",
        0,
        "fp32",
        "");
  }

  /** Gives the sum of a row; fails where one of a call's features is what it can't stand. */
  public static final class Sums implements InferenceSession {
    final List<Integer> calls = new ArrayList<>();
    private final int columns;
    private final float deadly;

    public Sums(int columns, float deadly) {
      this.columns = columns;
      this.deadly = deadly;
    }

    @Override
    public int inputs() {
      return columns;
    }

    @Override
    public int outputs() {
      return 1;
    }

    @Override
    public void predict(MemorySegment features, int n, MemorySegment scores)
        throws EngineException {
      calls.add(n);
      for (int row = 0; row < n; row++) {
        float sum = 0;
        for (int column = 0; column < columns; column++) {
          float value = features.getAtIndex(ValueLayout.JAVA_FLOAT, (long) row * columns + column);
          if (value == deadly) {
            throw new IllegalStateException("the engine can't stand " + value);
          }
          sum += value;
        }
        scores.setAtIndex(ValueLayout.JAVA_FLOAT, row, sum);
      }
    }

    @Override
    public void close() {}
  }
}
