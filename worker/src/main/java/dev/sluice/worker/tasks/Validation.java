package dev.sluice.worker.tasks;

import dev.sluice.jobs.dataset.RowSet;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.ValidationSums;
import dev.sluice.worker.engine.EngineException;
import dev.sluice.worker.engine.TrainingProgram;
import java.lang.foreign.MemorySegment;
import java.util.stream.IntStream;

/**
 * Measures parameters on held-out rows while they are trained. Each virtual shard has its share of
 * the rows, and goes through them in calls of the same rows whoever does it: so the sums are the
 * same bits on whatever worker, as gradients are. For one thread.
 */
public final class Validation implements AutoCloseable {

  private static final int ROWS_AT_ONCE = 256;

  private final TrainingProgram program;
  private final RowSet rows;
  private final int shards;
  private final NetworkFacts facts;
  private final Answer answer;
  private final double shift;
  private final double scale;
  private final Batch batch;
  private final double[] values;

  /**
   * @param facts the network as it was prepared
   * @param program the same, built
   * @param rows held-out rows
   * @param shards virtual shards
   */
  public Validation(NetworkFacts facts, TrainingProgram program, RowSet rows, int shards) {
    this.facts = facts;
    this.program = program;
    this.rows = rows;
    this.shards = shards;
    this.answer = new Answer(facts);
    this.batch = Batch.of(facts);
    this.values = new double[facts.outputs()];
    var target = facts.targetScale();
    this.shift = target.shift().isEmpty() ? 0 : target.shift().getFirst();
    this.scale = target.scale().isEmpty() ? 1 : target.scale().getFirst();
  }

  /**
   * Measures parameters on the rows of one shard.
   *
   * @param flat flat vector: binary32 in native order
   * @throws EngineException where the engine fails
   */
  public ValidationSums measure(MemorySegment flat, int shard) throws EngineException {
    int from = first(shard);
    int to = first(shard + 1);
    var sums = ValidationSums.NOTHING;
    for (int at = from; at < to; at += ROWS_AT_ONCE) {
      int[] some = IntStream.range(at, Math.min(to, at + ROWS_AT_ONCE)).toArray();
      batch.takeScaled(rows, some);
      program.predict(flat, batch.features(), some.length, batch.scores());
      for (int i = 0; i < some.length; i++) {
        batch.copyScores(i, values);
        sums = sums.plus(row(some[i]));
      }
    }
    return sums;
  }

  private int first(int shard) {
    return (int) ((long) rows.size() * shard / shards);
  }

  /** A label that no class has counts as answered wrong, as in {@link Measuring}. */
  private ValidationSums row(int row) {
    if (!rows.labelled(row)) {
      return ValidationSums.NOTHING;
    }
    if (!rows.usable(row) || !rows.labelKnown(row)) {
      return new ValidationSums(1, 0, 0, 0, 0);
    }
    if (answer.isClass()) {
      int label = rows.classId(row);
      boolean right = answer.finite(values) && answer.classId(values) == label;
      double loss = Losses.ofClass(facts.objective(), values, label);
      return new ValidationSums(1, 1, right ? 1 : 0, loss, 0);
    }
    double value = values[0];
    double error = value * scale + shift - rows.rawTarget(row);
    double loss = Losses.ofNumber(facts.objective(), value, rows.target(row));
    return new ValidationSums(1, 1, 0, loss, error * error);
  }

  @Override
  public void close() {
    batch.close();
  }
}
