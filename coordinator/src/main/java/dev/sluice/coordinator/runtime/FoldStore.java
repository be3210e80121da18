package dev.sluice.coordinator.runtime;

import dev.sluice.fold.BlockSnapshot;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.DeadLetter;
import dev.sluice.schemas.wire.FoldCursor;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is stored of a fold partition: read once, and written as checkpoints, off the path of the
 * steps. Methods that reach the brokers throw {@link Unavailable}.
 */
public interface FoldStore {

  /**
   * What a takeover finds.
   *
   * @param blocks the blocks of the jobs of which nothing is lost
   * @param cursor where the fold was
   * @param beginning first offset that the gradient log still holds
   * @param end its end, as far as records are committed
   * @param damage what another program has overwritten; null: nothing
   */
  record Stored(
      List<BlockSnapshot> blocks,
      FoldCursor cursor,
      long beginning,
      long end,
      @Nullable Damage damage) {}

  /**
   * What another program has written over a checkpoint.
   *
   * @param letters about its records, as far as they were kept, each with what they have in common
   * @param lost jobs of which too little is left
   * @param why why they are lost
   */
  record Damage(List<Letter> letters, Set<String> lost, Cause why) {}

  /**
   * A letter.
   *
   * @param kind what it has in common with others, in words that go on after a number
   * @param letter what it says
   */
  record Letter(String kind, DeadLetter letter) {}

  /**
   * A checkpoint to be written.
   *
   * @param blocks blocks that changed; for an anchor all
   * @param ended jobs whose blocks are gone
   * @param cursor what it stands for; the store adds the marks
   * @param anchor whether it is kept as an anchor, too
   */
  record Checkpoint(
      List<BlockSnapshot> blocks, Set<String> ended, FoldCursor cursor, boolean anchor) {}

  /** Fences the owner before, and completes or aborts what it left open. */
  void fence();

  /** Reads the newest checkpoint, and then what the log holds. */
  Stored load();

  /** How far {@link #load} is, in words. */
  String progress();

  /**
   * Makes sure that nobody has fenced this owner since {@link #fence}, by storing once more where
   * the fold was. A later owner trims the log, perhaps before its checkpoint can be read: to
   * whoever it has fenced that looks like a loss.
   *
   * @param at as {@link #load} found it
   */
  void confirm(FoldCursor at);

  /**
   * The fold goes on from here, after {@link #load}.
   *
   * @param from marks before a loss mean nothing any more
   * @param loss what the jobs here fail with; null: nothing is lost
   */
  void resume(FoldCursor from, @Nullable Cause loss);

  /** First offset that the gradient log holds now. */
  long beginning();

  /** Whether the last checkpoint is done, so that another may begin. At most one is in flight. */
  boolean idle();

  /** Whether the next checkpoint is to be an anchor. */
  boolean anchorDue(long foldedBytes);

  /**
   * Begins to write a checkpoint, after everything that was said of the partition is stored.
   *
   * @throws Unavailable where one before has failed: this one would build on it
   */
  void write(Checkpoint checkpoint);

  /** Waits for the checkpoint that is being written, within a bound; whether it is done. */
  boolean settle();

  /** Leaves the partition. */
  void close();
}
