package dev.sluice.coordinator.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.accelerators.catalogue.CatalogueFiles;
import dev.sluice.coordinator.ledger.ClosedJob;
import dev.sluice.coordinator.ledger.Decision;
import dev.sluice.coordinator.ledger.Ledger;
import dev.sluice.coordinator.ledger.LedgerLimits;
import dev.sluice.coordinator.ledger.LedgerState;
import dev.sluice.coordinator.ledger.Specs;
import dev.sluice.coordinator.placement.Admission;
import dev.sluice.schemas.topics.FactPart;
import dev.sluice.schemas.topics.StateKeys;
import dev.sluice.schemas.wire.Aim;
import dev.sluice.schemas.wire.CancelRequested;
import dev.sluice.schemas.wire.DeadLetter;
import dev.sluice.schemas.wire.EndedJobs;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.JobFacts;
import dev.sluice.schemas.wire.JobRecord;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LaneOpened;
import dev.sluice.schemas.wire.LedgerCursor;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.StoredState;
import dev.sluice.schemas.wire.Submitted;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Jobs that have ended leave for the history, and after the retention it is forgotten that. */
class LeavingJobsTest {

  private static final long STAYS_MS = 30_000;
  private static final int STAY_MAX = 100;
  private static final long RETENTION_MS = 600_000;

  /** What {@link LedgerShard} takes at once. */
  private static final int LEAVE_MAX = 50;

  private static final long ENDED_MS = 1_000_000;

  private final Ledger ledger =
      new Ledger(LedgerLimits.DEFAULT, new Admission(CatalogueFiles.builtIn(), Aim.FINISH));
  private final Store store = new Store();
  private LedgerShard shard = takeOver();
  private long brokersMs = ENDED_MS;
  private long ticks;
  private long offset;

  LeavingJobsTest() {
    handle(new LaneOpened(new Lane("cpu", "host-cpu", 0, 4)));
  }

  @Test
  void wideJobsLeaveInSmallerGroups() {
    end(LEAVE_MAX);
    store.bytesOfAJob = LedgerShard.TRANSACTION_BYTES_MAX / 15;
    look(STAYS_MS + 1);
    assertThat(store.archived).extracting(List::size).startsWith(12).allMatch(n -> n <= 15);
    assertThat(store.archived.stream().flatMap(List::stream)).hasSize(LEAVE_MAX);
  }

  @Test
  void theWidestLeaveOneByOne() {
    end(2);
    store.bytesOfAJob = 2 * LedgerShard.TRANSACTION_BYTES_MAX;
    look(STAYS_MS + 1);
    assertThat(store.archived).extracting(List::size).containsExactly(1, 1);
  }

  @Test
  void jobsStayForAWhileAndThenLeaveInTransactionsOfBoundedSize() {
    end(2 * LEAVE_MAX - 10);
    look(STAYS_MS);
    assertThat(store.archived).isEmpty();

    look(STAYS_MS + 1);

    assertThat(store.archived).extracting(List::size).containsExactly(LEAVE_MAX, LEAVE_MAX - 10);
    assertThat(store.archived.stream().flatMap(List::stream))
        .extracting(ClosedJob::jobId)
        .containsExactlyElementsOf(ids(2 * LEAVE_MAX - 10));
    assertThat(shard.state().past().size()).isEqualTo(2 * LEAVE_MAX - 10);
    look(STAYS_MS + 2);
    assertThat(store.archived).as("each leaves once").hasSize(2);
  }

  @Test
  void jobsBeyondANumberLeaveAtOnce() {
    end(STAY_MAX + 2);
    look(0);

    assertThat(store.archived)
        .singleElement()
        .satisfies(
            some ->
                assertThat(some).extracting(ClosedJob::jobId).containsExactlyElementsOf(ids(2)));
  }

  @Test
  void jobsBeyondANumberDoNotWaitUntilTheLedgerLooks() {
    look(0);
    end(STAY_MAX + 2 * LEAVE_MAX + 1);

    shard.tick(ticks * 10_000 + 1);

    assertThat(shard.state().closed()).isEqualTo(STAY_MAX);
    assertThat(store.archived).extracting(List::size).containsExactly(LEAVE_MAX, LEAVE_MAX, 1);
  }

  @Test
  void whatIsRememberedIsWrittenWithTheJobsThatLeave() {
    end(LEAVE_MAX + 1);
    look(STAYS_MS + 1);

    assertThat(store.remembered)
        .extracting(record -> record.jobs().size())
        .containsExactly(LEAVE_MAX, LEAVE_MAX + 1);
    assertThat(store.states).containsOnlyKeys(StateKeys.CURSOR, "lane/cpu", StateKeys.ended(0, 0));
    assertThat(store.facts).isEmpty();
  }

  @Test
  void whereItCantBeCommittedNothingHasLeft() {
    end(3);
    store.failing = true;
    assertThatThrownBy(() -> look(STAYS_MS + 1)).isInstanceOf(Unavailable.class);

    assertThat(shard.state().past().size()).isZero();
    assertThat(shard.state().leaving(Long.MAX_VALUE, STAY_MAX, STAY_MAX, STAY_MAX)).hasSize(3);
    store.failing = false;
    look(STAYS_MS + 1);
    assertThat(store.archived).singleElement().satisfies(some -> assertThat(some).hasSize(3));
    assertThat(shard.state().past().size()).isEqualTo(3);
  }

  @Test
  void aRepeatOfAJobThatHasLeftChangesNothingUntilItIsForgotten() {
    end(1);
    look(STAYS_MS + 1);
    submit("j0");
    assertThat(shard.state().activeJobs()).isEmpty();

    look(RETENTION_MS);
    submit("j0");
    assertThat(shard.state().activeJobs()).isEmpty();
    assertThat(store.states).doesNotContainKey("j0").containsKey(StateKeys.ended(0, 0));

    look(RETENTION_MS + 1);
    submit("j0");

    assertThat(store.states).containsKey("j0").doesNotContainKey(StateKeys.ended(0, 0));
    assertThat(shard.state().past().size()).isZero();
    assertThat(shard.state().job("j0")).isNotNull();
  }

  @Test
  void whereForgettingCantBeCommittedItIsRemembered() {
    end(1);
    look(STAYS_MS + 1);
    store.failing = true;
    assertThatThrownBy(() -> look(RETENTION_MS + 1)).isInstanceOf(Unavailable.class);
    store.failing = false;

    submit("j0");

    assertThat(shard.state().activeJobs()).isEmpty();
    assertThat(shard.state().past().size()).isEqualTo(1);
  }

  @Test
  void whoeverTakesOverGoesOnWithWhatHasLeftAndWithWhatHasNot() {
    end(2);
    look(STAYS_MS + 1);
    submit("later");
    handle(new CancelRequested("later", "enough"));
    shard = takeOver();

    submit("j0");
    submit("later");
    assertThat(shard.state().activeJobs()).isEmpty();
    look(2 * STAYS_MS + 2);

    assertThat(store.remembered.getLast().jobs())
        .as("in the record that was open")
        .extracting(job -> job.jobId())
        .containsExactly("j0", "j1", "later");
  }

  @Test
  void aJobThatATakeoverGivesUpDoesNotBeginAnewAndLeavesAsTheOthersDo() {
    submit("j0");
    store.facts.remove(FactPart.VERDICTS.key("j0"));
    shard = takeOver();
    assertThat(shard.state().activeJobs()).isEmpty();

    submit("j0");
    assertThat(shard.state().activeJobs()).as("it has failed").isEmpty();
    look(STAYS_MS + 1);

    assertThat(store.archived.getLast())
        .singleElement()
        .satisfies(
            job ->
                assertThat(job.facts())
                    .extracting(fact -> FactPart.of(fact.fact()))
                    .containsExactly(FactPart.SPEC, FactPart.CAUSE));
  }

  @Test
  void aJobOfWhichItIsNotKnownWhatWasAskedForIsRemoved() {
    submit("j0");
    store.facts.clear();

    shard = takeOver();

    assertThat(store.states).doesNotContainKey("j0");
    submit("j0");
    assertThat(shard.state().job("j0")).as("nothing of it is left").isNotNull();
  }

  // --------------------------------------------------------------------------------------- helpers

  private LedgerShard takeOver() {
    var memory = new LedgerShard.Memory(STAYS_MS, STAY_MAX, RETENTION_MS);
    var taken =
        new LedgerShard(
            0, 1, memory, ledger, store, new OneWorker(() -> OptionalLong.of(brokersMs)));
    taken.load(Long.MAX_VALUE);
    return taken;
  }

  private static List<String> ids(int jobs) {
    return IntStream.range(0, jobs).mapToObj(n -> "j" + n).sorted().toList();
  }

  /** Jobs that all end at one moment. */
  private void end(int jobs) {
    for (var id : ids(jobs)) {
      submit(id);
      handle(new CancelRequested(id, "enough"));
    }
  }

  private void submit(String jobId) {
    handle(new Submitted(jobId, "", Specs.training(10, 1, null)));
  }

  private void handle(JobEvent event) {
    var record = new ReadRecord(offset++, brokersMs, new JobRecord("", event));
    shard.handle(new Source.Batch<>(List.of(record), Position.at(offset), true), 0);
    shard.commit();
  }

  /** Looks once, so long after the jobs have ended. */
  private void look(long sinceMs) {
    brokersMs = ENDED_MS + sinceMs;
    shard.tick(++ticks * 10_000);
  }

  /** Keeps what is committed. */
  private static final class Store implements LedgerStore {
    private final Map<String, StoredState> states = new LinkedHashMap<>();
    private final Map<String, JobFacts> facts = new LinkedHashMap<>();
    private final List<List<ClosedJob>> archived = new ArrayList<>();
    private final List<EndedJobs> remembered = new ArrayList<>();
    private final List<Runnable> transaction = new ArrayList<>();
    private boolean failing;
    private long bytes;
    private long bytesOfAJob;

    @Override
    public Bounds load(LedgerState into) {
      states.values().forEach(into::apply);
      facts.values().forEach(into::apply);
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

    @Override
    public void begin() {
      transaction.clear();
      bytes = 0;
    }

    @Override
    public long bytes() {
      return bytes;
    }

    @Override
    public void write(Decision decision) {
      transaction.add(
          () -> {
            facts.putAll(decision.facts());
            states.putAll(decision.changes());
            decision.removals().forEach(states::remove);
          });
    }

    @Override
    public void archive(List<ClosedJob> jobs, List<EndedJobs> records, long leftMs) {
      bytes += jobs.size() * bytesOfAJob;
      transaction.add(
          () -> {
            archived.add(jobs);
            remembered.addAll(records);
            records.forEach(record -> states.put(StateKeys.of(record), record));
            jobs.forEach(job -> drop(job.jobId()));
          });
    }

    private void drop(String jobId) {
      states.keySet().removeIf(key -> FactPart.jobId(key).equals(jobId));
      facts.keySet().removeIf(key -> FactPart.jobId(key).equals(jobId));
    }

    @Override
    public void forget(List<EndedJobs> old) {
      transaction.add(() -> old.forEach(record -> states.remove(StateKeys.of(record))));
    }

    @Override
    public void remove(String jobId) {
      transaction.add(() -> drop(jobId));
    }

    @Override
    public void cursor(LedgerCursor next) {
      transaction.add(() -> states.put(StateKeys.CURSOR, next));
    }

    @Override
    public void commit() {
      if (failing) {
        throw new Unavailable("fenced");
      }
      transaction.forEach(Runnable::run);
      transaction.clear();
    }

    @Override
    public void bury(String kind, DeadLetter letter, @Nullable RuntimeException why) {}

    @Override
    public ModelVersion version(String model, int version) {
      throw new AssertionError("nobody asks for a model");
    }

    @Override
    public String progress() {
      return "";
    }

    @Override
    public void fence() {}

    @Override
    public void forward(String key, JobRecord record) {}

    @Override
    public void close() {}
  }
}
