package dev.sluice.worker.tasks;

import dev.sluice.jobs.dataset.RowSet;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.Objective;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Room for the rows that an engine takes in one call, off the heap. For one thread.
 *
 * <p>Features: rows x columns of binary32. Labels: one 64-bit class number a row where classes are
 * compared, one binary32 a row where numbers are.
 */
public final class Batch implements AutoCloseable {

  private static final int ALIGNMENT_BYTES = 64;
  private static final int BLOCK_VALUES = 1 << 12;

  private final int columns;
  private final int outputs;
  private final boolean classes;
  private final float[] row;

  /** Rows on their way; a copy off the heap costs as much as one of many. */
  private final float[] block;

  private final int blockRows;
  private Room room;

  /** Memory for some rows. Of one thread, as to close what is shared stops all threads. */
  private static final class Room {
    private final Arena arena = Arena.ofConfined();
    private final int rows;
    private final MemorySegment features;
    private final MemorySegment labels;
    private final MemorySegment scores;

    Room(int rows, int columns, int outputs) {
      this.rows = rows;
      this.features = arena.allocate((long) rows * columns * Float.BYTES, ALIGNMENT_BYTES);
      this.labels = arena.allocate((long) rows * Long.BYTES, ALIGNMENT_BYTES);
      this.scores = arena.allocate((long) rows * outputs * Float.BYTES, ALIGNMENT_BYTES);
    }
  }

  /**
   * @param columns feature columns
   * @param outputs values per row that the network gives
   * @param objective decides the form of labels
   */
  public Batch(int columns, int outputs, Objective objective) {
    this.columns = columns;
    this.outputs = outputs;
    this.row = new float[columns];
    this.blockRows = Math.max(1, BLOCK_VALUES / Math.max(1, columns));
    this.block = new float[blockRows * columns];
    this.room = new Room(1, columns, outputs);
    this.classes = objective.ofClasses();
  }

  /** For a network as it was prepared. */
  public static Batch of(NetworkFacts facts) {
    int columns = facts.input().stream().reduce(1, Math::multiplyExact);
    return new Batch(columns, facts.outputs(), facts.objective());
  }

  /** Takes rows as the network takes them: features scaled, with labels. */
  public void takeScaled(RowSet from, int[] rows) {
    reserve(rows.length);
    for (int i = 0; i < rows.length; i++) {
      from.copyFeatures(rows[i], row, 0);
      putRow(i);
      if (classes) {
        room.labels.setAtIndex(ValueLayout.JAVA_LONG, i, from.classId(rows[i]));
      } else {
        room.labels.setAtIndex(ValueLayout.JAVA_FLOAT, i, from.target(rows[i]));
      }
    }
  }

  /** Takes rows as they stand in the file, without labels. */
  public void takeRaw(RowSet from, int fromRow, int n) {
    reserve(n);
    for (int done = 0; done < n; done += blockRows) {
      int rows = Math.min(blockRows, n - done);
      for (int i = 0; i < rows; i++) {
        from.copyRawFeatures(fromRow + done + i, block, i * columns);
      }
      long at = (long) done * columns * Float.BYTES;
      MemorySegment.copy(block, 0, room.features, ValueLayout.JAVA_FLOAT, at, rows * columns);
    }
  }

  /** Takes some rows as they stand in the file, without labels. */
  public void takeRaw(RowSet from, int[] rows) {
    reserve(rows.length);
    for (int i = 0; i < rows.length; i++) {
      from.copyRawFeatures(rows[i], row, 0);
      putRow(i);
    }
  }

  private void putRow(int i) {
    MemorySegment.copy(
        row, 0, room.features, ValueLayout.JAVA_FLOAT, (long) i * columns * Float.BYTES, columns);
  }

  private void reserve(int n) {
    if (n > room.rows) {
      room.arena.close();
      room = new Room(n, columns, outputs);
    }
  }

  /** The features taken last. */
  public MemorySegment features() {
    return room.features;
  }

  /** The labels taken last. */
  public MemorySegment labels() {
    return room.labels;
  }

  /** Room for the network's values of the rows taken last. */
  public MemorySegment scores() {
    return room.scores;
  }

  /**
   * Copies the network's values of a row.
   *
   * @param into as many as the network gives a row
   */
  public void copyScores(int i, double[] into) {
    for (int output = 0; output < outputs; output++) {
      into[output] = room.scores.getAtIndex(ValueLayout.JAVA_FLOAT, (long) i * outputs + output);
    }
  }

  @Override
  public void close() {
    room.arena.close();
  }
}
