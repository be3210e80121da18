package dev.sluice.coordinator.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.accelerators.catalogue.CatalogueFiles;
import dev.sluice.coordinator.placement.Admission;
import dev.sluice.jobs.state.Job;
import dev.sluice.jobs.state.JobJoin;
import dev.sluice.schemas.topics.FactPart;
import dev.sluice.schemas.topics.StateKeys;
import dev.sluice.schemas.wire.Aim;
import dev.sluice.schemas.wire.CancelRequested;
import dev.sluice.schemas.wire.DatasetFacts;
import dev.sluice.schemas.wire.EndedJobs;
import dev.sluice.schemas.wire.FoldProgressed;
import dev.sluice.schemas.wire.InferencePrepared;
import dev.sluice.schemas.wire.Inferred;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.JobFacts;
import dev.sluice.schemas.wire.JobState;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LaneOpened;
import dev.sluice.schemas.wire.Measured;
import dev.sluice.schemas.wire.ModelResolved;
import dev.sluice.schemas.wire.Outcome;
import dev.sluice.schemas.wire.ResultRange;
import dev.sluice.schemas.wire.RowFaults;
import dev.sluice.schemas.wire.StoredState;
import dev.sluice.schemas.wire.Submitted;
import dev.sluice.schemas.wire.TaskReported;
import dev.sluice.schemas.wire.TrainingPrepared;
import dev.sluice.schemas.wire.ValidationSums;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** What becomes of jobs that have ended: they stay for a while with all that there is of them. */
class LedgerStateTest {

  private static final int ALL = Integer.MAX_VALUE;
  private static final int PARTITION = 0;
  private static final int ROWS_PER_TASK = 65_536;
  private static final int TASKS = InferenceJob.RANGES_PER_CHUNK + 3;

  private final Ledger ledger =
      new Ledger(LedgerLimits.DEFAULT, new Admission(CatalogueFiles.builtIn(), Aim.FINISH));
  private final LedgerState state = new LedgerState();

  /** What the topics hold. */
  private final Map<String, StoredState> states = new LinkedHashMap<>();

  private final Map<String, JobFacts> facts = new LinkedHashMap<>();
  private long nowMs = 1_000;

  LedgerStateTest() {
    decide(new LaneOpened(new Lane("cpu", "host-cpu", 0, 4)));
  }

  // ------------------------------------------------------------------------------------- takeovers

  @Test
  void aJobThatHasEndedIsTakenOverWithAllThatThereIsOfIt() {
    train("t");
    cancel("t");
    infer("i");

    var successor = takeOver();

    assertThat(successor.loaded()).isEmpty();
    assertThat(successor.activeJobs()).isEmpty();
    var closed = all(successor);
    assertThat(closed).isEqualTo(all(state)).extracting(ClosedJob::jobId).containsExactly("t", "i");
    assertThat(closed.getFirst().curve().points()).isNotEmpty();
    assertThat(closed.getFirst().facts())
        .containsExactlyInAnyOrderElementsOf(
            facts.values().stream().filter(fact -> fact.jobId().equals("t")).toList());
    assertThat(closed.getLast().chunks()).hasSize(2);
    assertThat(joined(closed.getFirst()).cause()).isNotNull();
    assertThat(joined(closed.getLast()).status()).isEqualTo(JobStatus.SUCCEEDED);
  }

  @Test
  void aJobThatHasEndedAndWhoseFactsAreLostStaysAsItEndedAndIsNotGivenUp() {
    infer("i");
    facts.keySet().removeIf(key -> !key.equals(FactPart.SPEC.key("i")));

    var successor = takeOver();

    assertThat(successor.loaded()).isEmpty();
    assertThat(all(successor))
        .singleElement()
        .satisfies(
            lost -> {
              assertThat(lost.state()).isEqualTo(states.get("i"));
              assertThat(lost.facts()).containsExactlyElementsOf(facts.values());
              assertThat(lost.chunks()).hasSize(2);
            });
    assertThat(successor.known("i")).isTrue();
  }

  @Test
  void ofAJobThatHasLeftNothingCountsThatASlowReaderStillFinds() {
    train("t");
    var running = states.get("t"); // read by a takeover that comes to its removal too late
    cancel("t");
    infer("i");
    var before = Map.copyOf(states);
    leave(all(state));
    states.put("t", running);
    before.forEach(states::putIfAbsent);

    var successor = takeOver();

    assertThat(successor.loaded()).as("or it would be given up, and end once more").isEmpty();
    assertThat(successor.activeJobs()).isEmpty();
    assertThat(all(successor)).isEmpty();
    assertThat(successor.known("t")).isTrue();
  }

  @Test
  void aJobThatIsGivenUpHasEndedAndIsKnownWithWhatIsLeftOfIt() {
    train("t");
    facts.remove(FactPart.VERDICTS.key("t"));

    var given = giveUp("t");

    assertThat(given.known("t")).isTrue();
    assertThat(all(given))
        .singleElement()
        .satisfies(
            closed -> {
              assertThat(closed.state()).isEqualTo(states.get("t"));
              assertThat(joined(closed).status()).isEqualTo(JobStatus.FAILED);
              assertThat(joined(closed).training()).isNotNull();
              assertThat(closed.curve().points()).isNotEmpty();
            });
    assertThat(all(takeOver())).as("as whoever comes next finds it").isEqualTo(all(given));
  }

  @Test
  void aJobWhoseStateDoesNotFitItsFactsIsGivenUpAndCanBeReadInTheHistory() {
    train("t");
    infer("i");
    var ofInference = Objects.requireNonNull((JobState) states.get("i")).inference();
    var sound = (JobState) Objects.requireNonNull(states.get("t"));
    states.remove("i");
    states.put(
        "t",
        new JobState(
            sound.jobId(),
            sound.bodyDigest(),
            sound.facts(),
            sound.status(),
            sound.submittedMs(),
            sound.updatedMs(),
            sound.finishedMs(),
            sound.lane(),
            sound.epoch(),
            sound.open(),
            sound.training(),
            ofInference,
            sound.version(),
            sound.registeredMs(),
            sound.placement()));

    assertThat(joined(all(giveUp("t")).getFirst()).status()).isEqualTo(JobStatus.FAILED);
  }

  @Test
  void whatIsRemovedIsNotTakenOver() {
    infer("i");
    cancelled("c");
    var record = leave(all(state));
    cancelled("later");

    var successor = new LedgerState();
    states.values().forEach(successor::apply);
    successor.remove(StateKeys.chunk("later", 0));
    successor.remove(StateKeys.curve("later"));
    facts.values().forEach(successor::apply);
    assertThat(successor.known("later")).isTrue();
    assertThat(successor.known("i")).isTrue();
    assertThat(successor.past().size()).isEqualTo(2);

    successor.remove("later");
    record.forEach(ended -> successor.remove(StateKeys.of(ended)));

    assertThat(successor.known("later")).isFalse();
    assertThat(successor.known("i")).isFalse();
    assertThat(successor.known("c")).isFalse();
  }

  @Test
  void aChunkThatIsRemovedIsNotOfItsJobAnyMore() {
    infer("i");
    var successor = new LedgerState();
    states.values().forEach(successor::apply);
    successor.remove(StateKeys.chunk("i", 0));
    facts.values().forEach(successor::apply);

    assertThat(all(successor).getFirst().chunks())
        .singleElement()
        .satisfies(chunk -> assertThat(chunk.chunk()).isEqualTo(1));
  }

  // --------------------------------------------------------------------------------------- leaving

  @Test
  void jobsLeaveOnceTheyAreOldTheOneThatEndedFirstFirst() {
    for (var id : List.of("a", "b", "c")) {
      submit(id);
    }
    long first = cancel("c");
    long second = cancel("a");
    nowMs = second - 1; // the next ends with the one before, as one batch of records may say
    cancel("b");

    assertThat(ids(state.leaving(first, ALL, ALL, ALL))).isEmpty();
    assertThat(ids(state.leaving(first + 1, ALL, ALL, ALL))).containsExactly("c");
    assertThat(ids(state.leaving(second + 1, ALL, ALL, ALL))).containsExactly("c", "a", "b");
    assertThat(ids(state.leaving(second + 1, ALL, 2, ALL))).containsExactly("c", "a");
  }

  @Test
  void jobsBeyondANumberLeaveHoweverShortAgoTheyEnded() {
    for (int i = 0; i < 5; i++) {
      cancelled("j" + i);
    }
    submit("active");

    assertThat(ids(state.leaving(0, 5, ALL, ALL))).isEmpty();
    assertThat(ids(state.leaving(0, 3, ALL, ALL))).containsExactly("j0", "j1");
    assertThat(ids(state.leaving(0, 3, 1, ALL))).containsExactly("j0");
    long thirdMs = all(state).get(2).state().finishedMs();
    assertThat(ids(state.leaving(thirdMs + 1, 4, ALL, ALL)))
        .as("those that are old, too")
        .containsExactly("j0", "j1", "j2");
  }

  @Test
  void manifestsBoundHowManyLeaveAtOnceAndKeepNoneFromLeaving() {
    for (var id : List.of("i", "k", "l")) {
      infer(id);
    }
    assertThat(ids(state.leaving(nowMs + 1, ALL, ALL, 4))).containsExactly("i", "k");
    assertThat(ids(state.leaving(nowMs + 1, ALL, ALL, 3))).containsExactly("i");
    assertThat(ids(state.leaving(nowMs + 1, ALL, ALL, 1))).containsExactly("i");
  }

  @Test
  void ofAJobThatHasLeftOnlyItsIdStays() {
    infer("i");
    leave(all(state));

    assertThat(all(state)).isEmpty();
    assertThat(state.job("i")).isNull();
    assertThat(state.chunk("i", 0).ranges()).isEmpty();
    assertThat(state.past().size()).isEqualTo(1);
  }

  @Test
  void anIdBeginsAnewOnlyOnceItIsForgotten() {
    submit("j");
    assertThat(again("j")).as("under way").isEmpty();
    cancel("j");
    assertThat(again("j")).as("ended").isEmpty();
    var records = leave(all(state));
    assertThat(again("j")).as("left").isEmpty();

    assertThat(state.pastBefore(nowMs)).as("too soon").isEmpty();
    assertThat(state.pastBefore(nowMs + 1)).isEqualTo(records);
    records.forEach(record -> state.remove(StateKeys.of(record)));

    assertThat(again("j")).as("forgotten").containsKey("j");
  }

  // --------------------------------------------------------------------------------------- helpers

  private static List<ClosedJob> all(LedgerState of) {
    return of.leaving(Long.MAX_VALUE, ALL, ALL, ALL);
  }

  private static List<String> ids(List<ClosedJob> jobs) {
    return jobs.stream().map(ClosedJob::jobId).toList();
  }

  /** As whoever looks for it in the history puts it together. */
  private static Job joined(ClosedJob job) {
    var join = new JobJoin();
    job.facts().forEach(join::take);
    join.take(job.curve());
    return join.take(job.state()).orElseThrow();
  }

  private List<EndedJobs> leave(List<ClosedJob> jobs) {
    var records = state.remembered(PARTITION, jobs, nowMs);
    state.left(jobs, records);
    for (var job : jobs) {
      states.keySet().removeIf(key -> FactPart.jobId(key).equals(job.jobId()));
      facts.keySet().removeIf(key -> FactPart.jobId(key).equals(job.jobId()));
    }
    records.forEach(record -> states.put(StateKeys.of(record), record));
    return records;
  }

  private LedgerState takeOver() {
    var successor = new LedgerState();
    states.values().forEach(successor::apply);
    facts.values().forEach(successor::apply);
    return successor;
  }

  /** A takeover that finds nothing wrong but with this job. */
  private LedgerState giveUp(String jobId) {
    var successor = takeOver();
    var lacking = successor.loaded();
    assertThat(lacking).extracting(one -> one.job().jobId()).containsExactly(jobId);
    var decision = ledger.lacking(lacking.getFirst());
    successor.gaveUp(lacking.getFirst(), decision);
    states.putAll(decision.changes());
    facts.putAll(decision.facts());
    return successor;
  }

  private Map<String, StoredState> again(String jobId) {
    var event = new Submitted(jobId, "", Specs.training(10, 1, null));
    return ledger.decide(state, event, new Moment(nowMs, Specs.fleet(1))).changes();
  }

  private void cancelled(String jobId) {
    submit(jobId);
    cancel(jobId);
  }

  private void submit(String jobId) {
    decide(new Submitted(jobId, "", Specs.training(4_000, 1, null)));
  }

  /** Returns when it ended. */
  private long cancel(String jobId) {
    decide(new CancelRequested(jobId, "enough"));
    return nowMs;
  }

  /** A training of which held-out rows have shown something. */
  private void train(String jobId) {
    submit(jobId);
    var rows = new DatasetFacts(Specs.ARTIFACT, 640, 1_000, 1_640);
    var network = Specs.facts(9, List.of("a", "b", "c"));
    report(jobId, "prepare", new TrainingPrepared(rows, network, 40, 4_000));
    var sums = new ValidationSums(1_000, 1_000, 900, 100.0, 0);
    decide(new FoldProgressed(jobId, 40, 0.5, 1_000, sums, -1, -1));
  }

  /** An inference that has succeeded. */
  private void infer(String jobId) {
    decide(new Submitted(jobId, "", Specs.inference("m", "1")));
    var model = Specs.model("m", "trained", 9).numbered(1, nowMs);
    decide(new ModelResolved(jobId, model, null));
    var rows = new DatasetFacts(Specs.ARTIFACT, (long) ROWS_PER_TASK * TASKS, 0, 0);
    report(jobId, "prepare", new InferencePrepared(rows));
    for (var job = state.job(jobId); job != null; job = state.job(jobId)) {
      var task = job.open().getFirst();
      var asked = InferenceJob.rows(Objects.requireNonNull(job.inference()), task);
      var range = new ResultRange(0, 0, 0, asked.rowFrom(), asked.rowTo(), "", task.taskId());
      report(
          jobId,
          task.taskId(),
          new Inferred(range, 1, 1, 0, 0, 1, null, RowFaults.NONE, Measured.NOTHING));
    }
  }

  private void report(String jobId, String taskId, Outcome outcome) {
    decide(new TaskReported(jobId, taskId, 1, "w", Specs.ENGINE, outcome, "life"));
  }

  private void decide(JobEvent event) {
    var decision = ledger.decide(state, event, new Moment(++nowMs, Specs.fleet(1)));
    state.apply(decision);
    states.putAll(decision.changes());
    facts.putAll(decision.facts());
  }
}
