package dev.sluice.deploy.simulation;

import dev.sluice.coordinator.ledger.LedgerState;
import dev.sluice.schemas.wire.JobState;
import dev.sluice.schemas.wire.ManifestChunk;
import dev.sluice.schemas.wire.ModelEntry;
import dev.sluice.schemas.wire.OpenTask;
import dev.sluice.schemas.wire.ParameterBlock;
import dev.sluice.schemas.wire.ResultRange;
import dev.sluice.schemas.wire.StoredState;
import dev.sluice.schemas.wire.Task;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What must hold after every step; each is named in the message where it doesn't. */
final class Invariants {

  private final long seed;
  private final Map<String, Integer> published = new HashMap<>();
  private final Map<String, JobState> ended = new TreeMap<>();
  private final Map<String, Integer> versions = new HashMap<>();
  private final Set<Task> dispatched = new HashSet<>();
  private boolean copied;

  Invariants(long seed) {
    this.seed = seed;
  }

  /** A job that has ended, as it ended; null: it has not. */
  @Nullable JobState ended(String jobId) {
    return ended.get(jobId);
  }

  Map<String, JobState> ended() {
    return ended;
  }

  /** Parameters of one generation are the same bits, whoever publishes them and how often. */
  void published(ParameterBlock block) {
    var key = block.jobId() + "/" + block.block() + "/" + block.generation();
    var before = published.putIfAbsent(key, block.crc());
    require(before == null || before == block.crc(), "same bits, always: " + key);
  }

  /** What a checkpoint leaves to fold is there. */
  void resumes(int partition, int from, int beginning) {
    require(from >= beginning, "no gradient is lost: fold " + partition + "@" + from);
  }

  /** Whoever folds a record has seen all of them since the checkpoint that it began with. */
  void folds(int partition, int first, int seen, int next) {
    require(first + seen == next, "no gradient is passed over: fold " + partition + "@" + next);
  }

  /** A transaction that holds a task was committed. */
  void dispatched(Task task) {
    dispatched.add(task);
  }

  /** A worker has got a task. */
  void begun(Task task) {
    require(dispatched.contains(task), "workers see only what was committed: " + task.taskId());
  }

  /** Checks a state that a ledger commits. */
  void stored(StoredState state) {
    switch (state) {
      case JobState job -> job(job);
      case ManifestChunk chunk -> answeredOnce(chunk);
      case ModelEntry model -> {
        int count = model.versions().size();
        var before = versions.put(model.name(), count);
        require(before == null || count >= before, "versions are never taken back: " + model);
        for (int i = 0; i < count; i++) {
          require(model.versions().get(i).version() == i + 1, "versions are consecutive: " + model);
        }
      }
      default -> {}
    }
  }

  /** Whether a term ran twice because its worker was slow. */
  boolean copied() {
    return copied;
  }

  private void job(JobState job) {
    copied |= job.open().stream().anyMatch(OpenTask::copied);
    var end = ended.get(job.jobId());
    require(end == null, "a job ends once: " + job.jobId() + " as " + job.status());
    boolean answers = job.inference() != null;
    require(
        !answers || job.open().size() <= World.LIMITS.openTasksMax(),
        "open tasks of an inference job are bounded: " + job.jobId());
    var training = job.training();
    if (training != null) {
      long perStep = training.shardSteps().size();
      require(
          training.samples() == training.stepsDone() * perStep,
          "every sample counts once: " + job.jobId() + " has " + training.samples());
    }
    if (LedgerState.terminal(job.status())) {
      require(job.open().isEmpty(), "an ended job has no open tasks: " + job.jobId());
      ended.put(job.jobId(), job);
    }
  }

  private void answeredOnce(ManifestChunk chunk) {
    var ranges = new ArrayList<>(chunk.ranges());
    ranges.sort(Comparator.comparingLong(ResultRange::rowFrom));
    long next = 0;
    for (var range : ranges) {
      require(range.rowFrom() >= next, "every row is answered once: " + chunk);
      next = range.rowTo();
    }
  }

  private void require(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError("seed " + seed + ": " + what);
    }
  }
}
