package dev.sluice.coordinator.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import dev.sluice.accelerators.catalogue.CatalogueFiles;
import dev.sluice.coordinator.ledger.BrokenInvariant;
import dev.sluice.coordinator.ledger.ClosedJob;
import dev.sluice.coordinator.ledger.Decision;
import dev.sluice.coordinator.ledger.Effect;
import dev.sluice.coordinator.ledger.Ledger;
import dev.sluice.coordinator.ledger.LedgerLimits;
import dev.sluice.coordinator.ledger.LedgerState;
import dev.sluice.coordinator.ledger.Moment;
import dev.sluice.coordinator.ledger.Specs;
import dev.sluice.coordinator.placement.Admission;
import dev.sluice.coordinator.placement.Fleet;
import dev.sluice.jobs.state.Job;
import dev.sluice.schemas.wire.Aim;
import dev.sluice.schemas.wire.CancelRequested;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.DeadLetter;
import dev.sluice.schemas.wire.EndedJobs;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.JobRecord;
import dev.sluice.schemas.wire.JobState;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LedgerCursor;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.OpenTask;
import dev.sluice.schemas.wire.Submitted;
import dev.sluice.schemas.wire.TaskFailed;
import dev.sluice.schemas.wire.TaskKind;
import dev.sluice.schemas.wire.TaskReported;
import dev.sluice.schemas.wire.TermFinished;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A record that can't be decided on, or whose decision can't be stored, ends its job alone; where
 * the ledger itself is wrong, nothing is decided.
 */
class LedgerShardTest {

  private static final String JOB = "j";
  private static final String TOPIC = "sluice.jobs";
  private static final String PLACE = "sluice.jobs/0/0";
  private static final long NOW_MS = 1_000;
  private static final Fleet FLEET = Specs.fleet(1);

  private final Ledger ledger =
      new Ledger(LedgerLimits.DEFAULT, new Admission(CatalogueFiles.builtIn(), Aim.FINISH));
  private final List<DeadLetter> letters = new ArrayList<>();
  private final List<Decision> written = new ArrayList<>();
  private @Nullable RuntimeException refusal;

  /** So many more writes are refused. */
  private int refusals;

  private boolean committed;

  @Test
  void aDecisionThatCantBeStoredEndsItsJobAndNothingElse() {
    var shard = shard(TaskKind.PREPARE);
    refusal = new LedgerStore.Unwritable("It is too large.");

    handle(shard, failed(false));

    assertThat(letters)
        .singleElement()
        .satisfies(l -> assertThat(l.cause().code()).isEqualTo(Code.RECORD_TOO_LARGE));
    assertThat(shard.state().activeJobs()).isEmpty();
  }

  @Test
  void aRecordThatCantBeDecidedOnEndsItsJobAndNothingElse() {
    var shard = shard(TaskKind.PREPARE);
    refusal = new NullPointerException("what nobody has thought of");

    handle(shard, failed(true));

    assertThat(letters)
        .singleElement()
        .satisfies(letter -> assertThat(letter.cause().code()).isEqualTo(Code.DEFECT));
    assertThat(shard.state().activeJobs()).isEmpty();
  }

  @Test
  void aRecordThatCantBeTrueChangesNothingAndIsKeptWithWhereItStands() {
    var shard = shard(TaskKind.PREPARE);
    var before = shard.state().job(JOB);

    handle(
        shard, new TaskReported(JOB, "task", 1, "w", "", new TermFinished(1, 1, 1, 1, null), ""));

    assertThat(shard.state().job(JOB)).isNotNull().isEqualTo(before);
    assertThat(letters).isEmpty();
    assertThat(written.getLast().effects())
        .singleElement()
        .asInstanceOf(type(Effect.Bury.class))
        .satisfies(
            bury -> {
              assertThat(bury.letter().cause().code()).isEqualTo(Code.INVALID_RECORD);
              assertThat(bury.letter().topic()).isEqualTo(TOPIC);
            });
  }

  @Test
  void aBrokenInvariantIsNoJobsFaultAndNothingIsWritten() {
    var shard = shard(TaskKind.PREPARE);
    var broken = new Decision();
    broken
        .jobs()
        .put(JOB, withTask(Objects.requireNonNull(shard.state().job(JOB)), TaskKind.INFER));
    var source = new One(read(failed(true)));
    var runtime = new PartitionRuntime<>(() -> shard, source, () -> NOW_MS, new Silent());
    runtime.turn();
    runtime.turn();
    assertThat(runtime.state()).isEqualTo(PartitionRuntime.State.ACTIVE);
    shard.state().apply(broken);
    written.clear();

    assertThatThrownBy(runtime::turn)
        .isInstanceOf(BrokenInvariant.class)
        .hasMessageContaining("a training job has no INFER task")
        .hasMessageContaining(PLACE)
        .hasMessageContaining("Report it");

    assertThat(runtime.state()).isEqualTo(PartitionRuntime.State.CLOSED);
    assertThat(letters).isEmpty();
    assertThat(written).isEmpty();
    assertThat(committed).isFalse();
    assertThat(shard.state().activeJobs()).hasSize(1);
  }

  @Test
  void aStateThatNoLedgerCanHaveWrittenEndsItsJobAtTheTakeover() {
    var shard = shard(TaskKind.INFER); // in a job that trains

    assertThat(shard.state().activeJobs()).isEmpty();
    assertThat(written)
        .singleElement()
        .satisfies(
            end ->
                assertThat(end.changes().get(JOB))
                    .asInstanceOf(type(JobState.class))
                    .extracting(JobState::status)
                    .isEqualTo(JobStatus.FAILED));
  }

  @Test
  void aTransactionEndsWhereItsAnswersAreManyAndTheRestIsReadAgain() {
    var shard = shard(TaskKind.PREPARE);
    written.clear();
    var records =
        LongStream.range(0, 5)
            .<LogRecord<JobRecord>>mapToObj(
                at -> new ReadRecord(at, NOW_MS, new JobRecord("", new CancelRequested("x", ""))))
            .toList();
    var batch = new Source.Batch<>(records, Position.at(5), true);

    for (long next : new long[] {2, 4, 5}) {
      assertThat(shard.handle(batch, NOW_MS)).isNull();
      assertThat(shard.position()).isEqualTo(Position.at(next));
    }
    assertThat(written).hasSize(5);
  }

  @Test
  void aRecordForAnotherOwnerThatNoBrokerTakesIsALetter() {
    var shard =
        new LedgerShard(
            0,
            1_000,
            LedgerShard.Memory.of(0),
            ledger,
            new Store(TaskKind.PREPARE),
            new OneWorker());

    handle(shard, new CancelRequested("somewhere-else", ""));

    assertThat(letters).singleElement().satisfies(l -> assertThat(l.jobId()).isEmpty());
    assertThat(shard.position()).isEqualTo(Position.at(1));
  }

  @Test
  void whatCantBeStoredNorAnsweredIsALetterAlone() {
    var shard = shard(TaskKind.PREPARE);
    written.clear();
    refusal = new LedgerStore.Unwritable("It is too large.");
    refusals = 1;

    handle(shard, failed(false));

    assertThat(letters).hasSize(1);
    assertThat(written).isEmpty();
    assertThat(shard.position()).isEqualTo(Position.at(1));
  }

  private static Job withTask(Job job, TaskKind kind) {
    return new Job(
        job.jobId(),
        job.bodyDigest(),
        job.spec(),
        job.status(),
        job.submittedMs(),
        job.updatedMs(),
        job.finishedMs(),
        job.verdicts(),
        job.lane(),
        job.epoch(),
        List.of(OpenTask.first("task", kind, 0, 0, 0, 0, 0, 0)),
        job.training(),
        job.inference(),
        job.model(),
        job.cause(),
        job.placement(),
        job.source(),
        job.facts());
  }

  private static void handle(LedgerShard shard, JobEvent event) {
    shard.handle(new Source.Batch<>(List.of(read(event)), Position.at(1), true), NOW_MS);
  }

  private static LogRecord<JobRecord> read(JobEvent event) {
    return new ReadRecord(0, NOW_MS, new JobRecord("", event));
  }

  private static TaskReported failed(boolean retryable) {
    var cause = new Cause(Code.OUT_OF_MEMORY, "", "No.", "", "");
    return new TaskReported(JOB, "task", 1, "w", "", new TaskFailed(cause, retryable), "");
  }

  /** With one job under way, which has one task of that kind. */
  private LedgerShard shard(TaskKind kind) {
    var shard =
        new LedgerShard(0, 1, LedgerShard.Memory.of(0), ledger, new Store(kind), new OneWorker());
    shard.load(Long.MAX_VALUE);
    return shard;
  }

  private final class Store implements LedgerStore {
    private final TaskKind kind;
    private long answers;

    Store(TaskKind kind) {
      this.kind = kind;
    }

    @Override
    public Bounds load(LedgerState into) {
      var empty = new LedgerState();
      var lane = new Lane("cpu", "host-cpu", 0, 1);
      empty.apply(lane);
      into.apply(lane);
      var submitted =
          ledger.decide(
              empty, new Submitted(JOB, "", Specs.training(10, 1, null)), new Moment(0, FLEET));
      submitted.changes().values().stream()
          .map(state -> state instanceof JobState job ? doing(job) : state)
          .forEach(into::apply);
      submitted.facts().values().forEach(into::apply);
      return new Bounds(0, Long.MAX_VALUE);
    }

    @Override
    public @Nullable Submitted submitted(long offset) {
      return null;
    }

    @Override
    public void remember(List<EndedJobs> remembered) {}

    @Override
    public void lost(String what) {
      throw new AssertionError(what);
    }

    private JobState doing(JobState job) {
      return new JobState(
          job.jobId(),
          job.bodyDigest(),
          job.facts(),
          job.status(),
          job.submittedMs(),
          job.updatedMs(),
          job.finishedMs(),
          job.lane(),
          job.epoch(),
          List.of(OpenTask.first("task", kind, 0, 0, 0, 0, 0, 0)),
          job.training(),
          job.inference(),
          job.version(),
          job.registeredMs(),
          job.placement());
    }

    @Override
    public void write(Decision decision) {
      var refused = refusal;
      if (refused != null) {
        if (refusals-- <= 0) {
          refusal = null;
        }
        throw refused;
      }
      written.add(decision);
      answers++;
    }

    @Override
    public void bury(String kindOf, DeadLetter letter, @Nullable RuntimeException why) {
      letters.add(letter);
    }

    @Override
    public ModelVersion version(String model, int version) {
      return Specs.model(model, JOB, 1);
    }

    @Override
    public String progress() {
      return "";
    }

    @Override
    public void fence() {}

    @Override
    public void begin() {
      answers = 0;
    }

    @Override
    public long bytes() {
      return answers * LedgerShard.TRANSACTION_BYTES_MAX / 2;
    }

    @Override
    public void forward(String key, JobRecord record) {
      throw new Unwritable("It is too large.");
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
    public void commit() {
      committed = true;
    }

    @Override
    public void close() {}
  }

  /** A log of one record. */
  private static final class One implements Source<JobRecord> {
    private final Deque<LogRecord<JobRecord>> records = new ArrayDeque<>();

    One(LogRecord<JobRecord> record) {
      records.add(record);
    }

    @Override
    public @Nullable Batch<JobRecord> take() {
      var next = records.poll();
      return next == null ? null : new Batch<>(List.of(next), Position.at(1), true);
    }

    @Override
    public boolean full() {
      return false;
    }

    @Override
    public long takeSameUpTo() {
      return Long.MAX_VALUE;
    }

    @Override
    public void seek(Position from) {}

    @Override
    public void stop() {}
  }

  private static final class Silent implements PartitionRuntime.Listener {
    @Override
    public void active() {}

    @Override
    public void failed(Unavailable why) {}

    @Override
    public void waits(long at, String what) {}
  }
}
