package dev.sluice.coordinator.fold;

import dev.sluice.fold.FoldOutput;
import dev.sluice.fold.TreeSum;
import dev.sluice.jobs.rules.JobLimits;
import dev.sluice.schemas.wire.Contribution;
import dev.sluice.schemas.wire.GradientRecord;
import dev.sluice.schemas.wire.ShardsLate;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds shards that are late: half of a step's shards have contributed, and others have not for
 * several times longer than that took. The fold is where this shows: the terms of a round advance
 * in step, each waiting for the slowest, so that none of them ends before it. And it shows from
 * outside, whatever makes a worker slow: a worker that is stopped does not know it.
 *
 * <p>A step is its own measure: what it takes to bring parameters out and gradients in counts on
 * both sides. A group has at most twice the shards of another.
 *
 * <p>Nothing of this enters the fold: late shards are waited for, and count as any other. One block
 * of each job is looked at; time is the caller's.
 */
public final class Stragglers {

  /** That of the largest job. */
  private static final TreeSum LARGEST = new TreeSum(JobLimits.SHARDS_MAX);

  /** What is known of a job's step. */
  private static final class Step {
    final int block;
    final BitSet here = new BitSet();
    long generation;
    long openedMs;
    long halfMs = -1;
    long toldMs;

    /** Shards of the job, as far as they have been heard of. */
    int shards;

    Step(int block) {
      this.block = block;
    }

    void open(long number, long nowMs) {
      generation = number;
      openedMs = nowMs;
      toldMs = nowMs;
      halfMs = -1;
      here.clear();
    }

    void add(int from, int count, long nowMs) {
      shards = Math.max(shards, from + count);
      here.set(from, from + count);
      if (halfMs < 0 && 2 * here.cardinality() >= shards) {
        halfMs = nowMs - openedMs;
      }
    }
  }

  private final double factor;
  private final long leastMs;
  private final Map<String, Step> steps = new HashMap<>();

  /**
   * @param factor a shard is late after so many times what half of the shards took
   * @param leastMs and after no less than so many milliseconds
   */
  public Stragglers(double factor, long leastMs) {
    this.factor = factor;
    this.leastMs = leastMs;
  }

  /** A block has a generation, so that its step could begin; the same again changes nothing. */
  public void opened(FoldOutput.Generation of, long nowMs) {
    var step = steps.computeIfAbsent(of.jobId(), id -> new Step(of.block()));
    if (of.block() == step.block && of.number() > step.generation) {
      step.open(of.number(), nowMs);
    }
  }

  /** A record was folded. */
  public void folded(GradientRecord record, long nowMs) {
    var step = steps.get(record.jobId());
    if (step != null
        && record.entry() instanceof Contribution contribution
        && contribution.block() == step.block
        && contribution.step() == step.generation
        && isGroup(contribution)) {
      step.add(contribution.shardFrom(), contribution.shards(), nowMs);
    }
  }

  /** Whether these can be a group's shards; the fold, which looks at the rest, comes later. */
  private static boolean isGroup(Contribution contribution) {
    return LARGEST.isNode(contribution.shardFrom(), contribution.shards());
  }

  /** Forgets all jobs but these. */
  public void keep(Set<String> jobs) {
    steps.keySet().retainAll(jobs);
  }

  /** Who is late now; said again after as long as it took to be late. */
  public List<ShardsLate> late(long nowMs) {
    var late = new ArrayList<ShardsLate>();
    steps.forEach(
        (jobId, step) -> {
          var found = late(jobId, step, nowMs);
          if (found != null) {
            step.toldMs = nowMs;
            late.add(found);
          }
        });
    return late;
  }

  private @Nullable ShardsLate late(String jobId, Step step, long nowMs) {
    long patienceMs = Math.max(leastMs, Math.round(factor * step.halfMs));
    if (step.halfMs < 0 || nowMs - step.toldMs < patienceMs) {
      return null;
    }
    var missing = new BitSet();
    missing.set(0, step.shards);
    missing.andNot(step.here);
    return missing.isEmpty()
        ? null
        : new ShardsLate(jobId, step.generation, missing.stream().boxed().toList());
  }
}
