package dev.sluice.worker.training;

import dev.sluice.fold.BlockFold;
import dev.sluice.fold.BlockSnapshot;
import dev.sluice.fold.FoldOutput;
import dev.sluice.fold.FoldSpace;
import dev.sluice.schemas.wire.Contribution;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The fold of one job, in a worker that trains it: the same code over the same contributions as the
 * coordinator's, hence the same bits, without the way to a coordinator and back.
 *
 * <p>Each block begins with a state that a coordinator hands over, and goes on with what follows in
 * the gradient log. What this worker itself contributes may be folded before it is in the log: it
 * is the same there, and changes nothing when it comes. Its generations appear in {@link
 * JobParameters}.
 *
 * <p>Safe for use by the thread that reads the log and the one that computes.
 */
public final class LocalFold {

  /** A block, and the first offset of its partition that is not in its state. */
  private static final class Part {
    @Nullable BlockFold fold;
    long nextOffset;
  }

  /** Room for contributions that wait as they came. */
  private static final long WAITING_BYTES_MAX = 32L << 20;

  private final JobParameters parameters;
  private final Part[] parts;
  private final FoldSpace space = new FoldSpace(WAITING_BYTES_MAX);

  /**
   * @param parameters of the job; where its generations appear
   */
  public LocalFold(JobParameters parameters) {
    this.parameters = parameters;
    parts =
        IntStream.range(0, parameters.blocks().count())
            .mapToObj(block -> new Part())
            .toArray(Part[]::new);
  }

  /** Whether every block has its state. */
  public synchronized boolean whole() {
    return Arrays.stream(parts).allMatch(part -> part.fold != null);
  }

  /** Whether a block has its state. */
  public synchronized boolean has(int block) {
    return parts[block].fold != null;
  }

  /**
   * Takes the state of a block over. One that is further already goes on as it is, and gives once
   * more what it has.
   *
   * @param state of a block of this job
   * @param nextOffset offset of the next record of its partition to fold
   * @return whether it begins here, so that its partition is to be read from that offset on
   * @throws IllegalArgumentException where the state is not sound, or fits no block of this job
   */
  public synchronized boolean begin(BlockSnapshot state, long nextOffset) {
    int block = state.head().block();
    var objection = state.objection();
    if (objection != null) {
      throw new IllegalArgumentException(objection);
    }
    var plan = state.head().plan();
    var blocks = parameters.blocks();
    if (plan.floats() != blocks.floats() || plan.blockFloats() != blocks.blockFloats()) {
      throw new IllegalArgumentException(
          "A fold of " + plan.floats() + " floats is not that of " + parameters.jobId() + ".");
    }
    var part = parts[block];
    if (part.fold != null && part.fold.generation() > state.head().generation()) {
      part.fold.republish(this::take);
      return false;
    }
    forget(block);
    part.fold = BlockFold.restore(state, space);
    part.nextOffset = nextOffset;
    part.fold.republish(this::take);
    return true;
  }

  /**
   * Forgets the state of a block: the log has lost what was to be folded next.
   *
   * @param block which
   */
  public synchronized void forget(int block) {
    var fold = parts[block].fold;
    if (fold != null) {
      fold.end();
    }
    parts[block].fold = null;
  }

  /**
   * Folds what the log holds.
   *
   * @param offset its offset; what is in the state already is passed over
   * @param contribution to whose payload nobody writes any more
   * @return whether a newer generation of all blocks is there
   */
  public synchronized boolean fold(long offset, Contribution contribution) {
    if (contribution.block() < 0 || contribution.block() >= parts.length) {
      return false;
    }
    var part = parts[contribution.block()];
    if (part.fold == null || offset < part.nextOffset) {
      return false;
    }
    part.nextOffset = offset + 1;
    return fold(part.fold, contribution, true);
  }

  /**
   * Folds what this worker contributes, and has sent to the log.
   *
   * @param contribution whose payload may be written over afterwards
   * @return whether a newer generation of all blocks is there
   */
  public synchronized boolean foldOwn(Contribution contribution) {
    var fold = parts[contribution.block()].fold;
    // A fold that is behind gets it from the log, when it has come there.
    return fold != null
        && fold.generation() == contribution.step()
        && fold(fold, contribution, false);
  }

  private boolean fold(BlockFold fold, Contribution contribution, boolean stays) {
    long before = parameters.newest();
    fold.contribute(contribution, stays, this::take);
    return parameters.newest() > before;
  }

  /** What can't be folded, or ends the job, is the coordinator's to tell. */
  private void take(FoldOutput output) {
    if (output instanceof FoldOutput.Generation generation) {
      parameters.offer(generation.block(), generation.number(), generation.values());
    }
  }
}
