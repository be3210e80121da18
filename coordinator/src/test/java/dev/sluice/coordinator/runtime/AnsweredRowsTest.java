package dev.sluice.coordinator.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.accelerators.catalogue.CatalogueFiles;
import dev.sluice.coordinator.ledger.ClosedJob;
import dev.sluice.coordinator.ledger.Decision;
import dev.sluice.coordinator.ledger.Effect;
import dev.sluice.coordinator.ledger.Ledger;
import dev.sluice.coordinator.ledger.LedgerLimits;
import dev.sluice.coordinator.ledger.LedgerState;
import dev.sluice.coordinator.ledger.Specs;
import dev.sluice.coordinator.placement.Admission;
import dev.sluice.schemas.wire.Aim;
import dev.sluice.schemas.wire.CancelRequested;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.DatasetFacts;
import dev.sluice.schemas.wire.DeadLetter;
import dev.sluice.schemas.wire.EndedJobs;
import dev.sluice.schemas.wire.Infer;
import dev.sluice.schemas.wire.InferencePrepared;
import dev.sluice.schemas.wire.Inferred;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.JobRecord;
import dev.sluice.schemas.wire.JobState;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LedgerCursor;
import dev.sluice.schemas.wire.ManifestChunk;
import dev.sluice.schemas.wire.Measured;
import dev.sluice.schemas.wire.ModelResolved;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.Outcome;
import dev.sluice.schemas.wire.ResultRange;
import dev.sluice.schemas.wire.RowFaults;
import dev.sluice.schemas.wire.StoredState;
import dev.sluice.schemas.wire.Submitted;
import dev.sluice.schemas.wire.Task;
import dev.sluice.schemas.wire.TaskFailed;
import dev.sluice.schemas.wire.TaskReported;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Reports of a job's tasks that come together are decided on together, as one by one. */
class AnsweredRowsTest {

  private static final String JOB = "j";
  private static final int ROWS_PER_TASK = 4;
  private static final int OPEN_MAX = 8;

  private final LedgerLimits limits =
      new LedgerLimits(
          3,
          4,
          60_000,
          180_000,
          1_000,
          20_000,
          OPEN_MAX,
          ROWS_PER_TASK,
          ROWS_PER_TASK,
          250,
          4L << 20);
  private final Ledger ledger =
      new Ledger(limits, new Admission(CatalogueFiles.builtIn(), Aim.FINISH));

  @Test
  void togetherComesToTheSameAsOneByOneInFewerDecisions() {
    var together = new Run(100);
    var single = new Run(100);
    while (!together.waiting.isEmpty()) {
      var tasks = together.takeAll();
      assertThat(single.takeAll()).isEqualTo(tasks);
      int before = together.decisions;
      together.handle(tasks.stream().map(AnsweredRowsTest::answered).toList());
      assertThat(together.decisions).isEqualTo(before + 1);
      tasks.forEach(task -> single.handle(List.of(answered(task))));
    }
    assertThat(together.ranges()).hasSize(25).isEqualTo(single.ranges());
    assertThat(together.job().status()).isEqualTo(JobStatus.SUCCEEDED);
    assertThat(together.job().inference()).isEqualTo(single.job().inference());
  }

  @Test
  void whatComesTwiceCountsOnce() {
    var run = new Run(100);
    var reports = new ArrayList<JobEvent>();
    for (var task : run.takeAll()) {
      reports.add(answered(task));
      reports.add(answered(task));
    }
    run.handle(reports);
    run.handle(reports);
    assertThat(run.ranges()).hasSize(OPEN_MAX).doesNotHaveDuplicates();
  }

  @Test
  void whatCantBeTrueIsPutAwayAndTheOthersCount() {
    var run = new Run(100);
    var tasks = run.takeAll();
    var reports = new ArrayList<JobEvent>(tasks.stream().map(AnsweredRowsTest::answered).toList());
    reports.set(2, report(tasks.get(2), inferred(0, 1)));
    run.handle(reports);
    assertThat(run.ranges()).hasSize(OPEN_MAX - 1);
    assertThat(run.letters).singleElement().isEqualTo(Code.INVALID_RECORD);
  }

  @Test
  void whatElseIsSaidOfAJobIsDecidedOnInItsTurn() {
    var run = new Run(100);
    var tasks = run.takeAll();
    var cause = new Cause(Code.OUT_OF_MEMORY, "", "No.", "", "");
    run.handle(
        List.of(
            answered(tasks.get(0)),
            answered(tasks.get(1)),
            report(tasks.get(2), new TaskFailed(cause, true)),
            answered(tasks.get(2)),
            answered(tasks.get(3)),
            new CancelRequested(JOB, ""),
            answered(tasks.get(4))));
    assertThat(run.ranges()).hasSize(4);
    assertThat(run.job().status()).isEqualTo(JobStatus.CANCELLED);
  }

  @Test
  void whereTasksComeBackSoonMoreAreOpenUpToABound() {
    var run = new Run(1_000_000);
    int most = 0;
    for (int i = 0; i < 12; i++) {
      run.nowMs += 10;
      run.handle(run.takeAll().stream().map(AnsweredRowsTest::answered).toList());
      assertThat(run.job().open().size()).isGreaterThanOrEqualTo(most);
      most = run.job().open().size();
    }
    assertThat(most).isEqualTo(32 * OPEN_MAX);

    for (int i = 0; i < 2; i++) {
      run.nowMs += 5_000;
      run.handle(run.takeAll().stream().map(AnsweredRowsTest::answered).toList());
    }
    assertThat(run.job().open()).as("as they are in the way of others").hasSize(OPEN_MAX);
  }

  private static JobEvent answered(Task task) {
    return task.action() instanceof Infer(long from, long to)
        ? report(task, inferred(from, to))
        : report(task, new TaskFailed(new Cause(Code.DEFECT, "", "", "", ""), false));
  }

  private static Inferred inferred(long from, long to) {
    var range = new ResultRange(0, from, from, from, to, "digest", "infer@w");
    return new Inferred(range, 0, 0, 0, 0, 1, null, RowFaults.NONE, Measured.NOTHING);
  }

  private static TaskReported report(Task task, Outcome outcome) {
    return new TaskReported(JOB, task.taskId(), task.attempt(), "w", "engine", outcome, "life");
  }

  /** A ledger with a job of so many rows, of which the first tasks are dispatched. */
  private final class Run implements LedgerStore {
    final List<Task> waiting = new ArrayList<>();
    final List<Code> letters = new ArrayList<>();
    private final Map<String, StoredState> states = new TreeMap<>();
    private final LedgerShard shard;
    int decisions;
    long nowMs = 1_000;
    private long offset;

    Run(long rows) {
      shard = new LedgerShard(0, 1, LedgerShard.Memory.of(0), ledger, this, new OneWorker());
      shard.load(Long.MAX_VALUE);
      handle(List.of(new Submitted(JOB, "", Specs.inference("m", "1"))));
      handle(List.of(new ModelResolved(JOB, Specs.model("m", JOB, 9).numbered(1, 0), null)));
      var facts = new DatasetFacts(Specs.ARTIFACT, rows, 0, 64);
      handle(List.of(report(takeAll().getFirst(), new InferencePrepared(facts))));
    }

    void handle(List<? extends JobEvent> events) {
      var records = new ArrayList<LogRecord<JobRecord>>();
      for (var event : events) {
        records.add(new ReadRecord(offset++, nowMs, new JobRecord("", event)));
      }
      assertThat(shard.handle(new Source.Batch<>(records, Position.at(offset), true), nowMs))
          .isNull();
      assertThat(shard.position()).isEqualTo(Position.at(offset));
      shard.commit();
    }

    List<Task> takeAll() {
      var all = List.copyOf(waiting);
      waiting.clear();
      return all;
    }

    JobState job() {
      return (JobState) Objects.requireNonNull(states.get(JOB));
    }

    List<ResultRange> ranges() {
      return states.values().stream()
          .filter(ManifestChunk.class::isInstance)
          .flatMap(chunk -> ((ManifestChunk) chunk).ranges().stream())
          .toList();
    }

    @Override
    public Bounds load(LedgerState into) {
      into.apply(new Lane("cpu", "host-cpu", 0, 1));
      return new Bounds(0, Long.MAX_VALUE);
    }

    @Override
    public void write(Decision decision) {
      decisions++;
      states.putAll(decision.changes());
      for (var effect : decision.effects()) {
        switch (effect) {
          case Effect.Dispatch dispatch -> waiting.add(dispatch.task());
          case Effect.Bury(var letter) -> letters.add(letter.cause().code());
          default -> {}
        }
      }
    }

    @Override
    public void fence() {}

    @Override
    public void lost(String what) {
      throw new AssertionError(what);
    }

    @Override
    public ModelVersion version(String model, int version) {
      throw new AssertionError(model);
    }

    @Override
    public @Nullable Submitted submitted(long at) {
      throw new AssertionError(at);
    }

    @Override
    public void remember(List<EndedJobs> remembered) {}

    @Override
    public String progress() {
      return "";
    }

    @Override
    public void begin() {}

    @Override
    public void forward(String key, JobRecord record) {
      throw new AssertionError(key);
    }

    @Override
    public void bury(String kind, DeadLetter letter, @Nullable RuntimeException why) {
      throw new AssertionError(kind, why);
    }

    @Override
    public void archive(List<ClosedJob> jobs, List<EndedJobs> remembered, long leftMs) {}

    @Override
    public void forget(List<EndedJobs> old) {}

    @Override
    public void remove(String jobId) {}

    @Override
    public void cursor(LedgerCursor next) {}

    @Override
    public long bytes() {
      return 0;
    }

    @Override
    public void commit() {}

    @Override
    public void close() {}
  }
}
