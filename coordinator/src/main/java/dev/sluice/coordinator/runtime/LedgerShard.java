package dev.sluice.coordinator.runtime;

import dev.sluice.coordinator.ledger.BrokenInvariant;
import dev.sluice.coordinator.ledger.Decision;
import dev.sluice.coordinator.ledger.Effect;
import dev.sluice.coordinator.ledger.Ledger;
import dev.sluice.coordinator.ledger.LedgerState;
import dev.sluice.coordinator.ledger.Moment;
import dev.sluice.coordinator.ledger.PublishedModels;
import dev.sluice.coordinator.ledger.Reminders;
import dev.sluice.coordinator.placement.Fleet;
import dev.sluice.schemas.topics.StateKeys;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.DeadLetterReason;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.JobRecord;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LedgerCursor;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.OpenPrediction;
import dev.sluice.schemas.wire.PredictionSpec;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One partition of the ledger: it decides on the records of a batch in order, and stores states,
 * what is sent, and where it is in one transaction.
 *
 * <p>Takeover has one order: fence the owner before, which completes or aborts what it left open;
 * then read the states up to their end; then on from the cursor stored there, or from where the log
 * is another by now. Group offsets serve lag only, and are no part of the transaction: an owner is
 * fenced by its transactional id alone, and one that goes on must not fail because others join or
 * leave the group meanwhile.
 */
public final class LedgerShard implements Shard<JobRecord> {

  /**
   * Jobs that leave in one transaction, chunks of their manifests, and transactions of one look.
   */
  private static final int LEAVE_MAX = 50;

  private static final int LEAVE_CHUNKS_MAX = 256;

  /**
   * What a transaction writes at most, and what one record leads to: small questions may have large
   * answers, and whatever is open for too long is aborted, now and when it is tried again.
   */
  static final long TRANSACTION_BYTES_MAX = 16L << 20;

  private static final int LEAVES_MAX = 40;

  /** How often what does not move is looked for. */
  private static final long LOOK_MS = 1_000;

  /**
   * How long it is known what has ended.
   *
   * @param staysMs how long a job that has ended stays among the states: whoever follows them sees
   *     from there how it ended; what has left is read from the history
   * @param stayMax most jobs that have ended and stay
   * @param retentionMs time after which it is forgotten that a job has ended
   */
  public record Memory(long staysMs, int stayMax, long retentionMs) {

    /**
     * As it is for all who don't test it.
     *
     * @param retentionMs time after which it is forgotten that a job has ended
     */
    public static Memory of(long retentionMs) {
      return new Memory(STAYS_MS, STAY_MAX, retentionMs);
    }

    private static final long STAYS_MS = 30_000;
    private static final int STAY_MAX = 1_000;
  }

  /** What a ledger partition knows of the world beside its log. */
  public interface Surroundings {

    /** Who is alive, and what waits for them. */
    Fleet fleet();

    /** Whether whoever is alive has been heard of; before that, nothing should be placed. */
    boolean settled();

    /** The brokers' time in milliseconds; empty while it is not known. */
    OptionalLong brokersMs();

    /** Versions of models that are published. */
    PublishedModels models();

    /** Says what does not move, as a record of the same partition. It may get lost. */
    void report(JobEvent event);
  }

  private final int partition;
  private final int partitions;
  private final Memory memory;
  private final Ledger ledger;
  private final LedgerStore store;
  private final Surroundings surroundings;
  private final LedgerState state = new LedgerState();
  private final Reminders reminders = new Reminders();

  /** Versions that the transaction in hand stores. */
  private final Map<String, ModelVersion> uncommitted = new HashMap<>();

  private Position position = Position.at(0);
  private long lookedMs = Long.MIN_VALUE;
  private volatile Set<String> lanes = Set.of();

  /**
   * @param partition which one
   * @param partitions of {@code sluice.jobs}
   * @param memory how long it is known what has ended
   * @param ledger decides
   * @param store of this partition alone
   * @param surroundings the world beside its log
   */
  public LedgerShard(
      int partition,
      int partitions,
      Memory memory,
      Ledger ledger,
      LedgerStore store,
      Surroundings surroundings) {
    this.partition = partition;
    this.partitions = partitions;
    this.memory = memory;
    this.ledger = ledger;
    this.store = store;
    this.surroundings = surroundings;
  }

  /** Its state; for whoever runs it. */
  public LedgerState state() {
    return state;
  }

  /** Lanes that were declared, as of a moment ago. For any thread. */
  public Set<String> lanes() {
    return lanes;
  }

  @Override
  public void fence() {
    store.fence();
  }

  @Override
  public Position load(long sameUpTo) {
    var log = store.load(state);
    var at = state.cursor();
    var resumption =
        LedgerResumption.of(
            Topic.JOBS.topicName() + "-" + partition,
            at.nextOffset(),
            log.beginning(),
            Math.min(log.end(), sameUpTo));
    var loss = resumption.loss();
    if (loss == null) {
      position = new Position(at.nextOffset(), at.leaderEpoch());
    } else {
      position = Position.at(resumption.nextOffset());
      goOnBehind(loss);
    }
    state.loaded().forEach(this::giveUp);
    return position;
  }

  /** At once: the log grows, and where it is beyond the cursor nobody sees what was lost. */
  private void goOnBehind(String loss) {
    store.begin();
    storeCursor();
    store.commit(); // which also shows that this is still the owner
    store.lost(loss);
  }

  private void storeCursor() {
    var cursor = new LedgerCursor(position.offset(), position.leaderEpoch());
    state.apply(cursor);
    store.cursor(cursor);
  }

  /** Facts of a job are nowhere any more: it ends, so that nobody waits for what will not come. */
  private void giveUp(LedgerState.Lacking lacking) {
    var job = lacking.job();
    var decision = ledger.lacking(lacking);
    store.begin();
    if (decision.changes().isEmpty()) {
      store.remove(job.jobId());
    }
    store.write(decision);
    store.commit();
    state.gaveUp(lacking, decision);
  }

  @Override
  public String progress() {
    return store.progress();
  }

  @Override
  public Position position() {
    return position;
  }

  @Override
  public boolean ready() {
    return surroundings.settled();
  }

  @Override
  public @Nullable String handle(Source.Batch<JobRecord> batch, long nowMs) {
    String waits = null;
    boolean all = true;
    var answers = new AnsweredRows();
    var fleet = surroundings.fleet();
    store.begin();
    uncommitted.clear();
    for (var record : batch.records()) {
      if (record.offset() < position.offset()) {
        continue;
      }
      switch (record.read(nowMs)) {
        case LogRecord.Content.Message<JobRecord>(var job) -> {
          if (!answers.take(state, record, job)) {
            if (answers.concerns(job.event())) {
              decide(answers, fleet);
            }
            decide(record, job, fleet);
          }
        }
        case LogRecord.Content.Unreadable<JobRecord>(var kind, var letter) ->
            store.bury(kind, letter, null);
        case LogRecord.Content.Waiting<JobRecord>(var what) -> waits = what;
      }
      if (waits != null) {
        // Before it may stand the end of a transaction, of a later leader than the epoch that is
        // known: together they would look like a log that was cut off.
        if (record.offset() != position.offset()) {
          position = Position.at(record.offset());
        }
        all = false;
        break;
      }
      position = new Position(record.offset() + 1, record.leaderEpoch());
      if (store.bytes() >= TRANSACTION_BYTES_MAX) {
        all = false; // the rest is read again
        break;
      }
    }
    decide(answers, fleet);
    if (all) {
      position = batch.next(); // also beyond the ends of transactions, which no reader gets
    }
    remember();
    storeCursor();
    return waits;
  }

  /** Once for all that a batch has ended: what is remembered is many jobs a record. */
  private void remember() {
    var remembered = state.endedAndGone(partition);
    if (!remembered.isEmpty()) {
      store.remember(remembered);
      state.goneWith(remembered);
    }
  }

  @Override
  public void commit() {
    store.commit();
  }

  /** Transactions grow with the load by themselves: what comes during one is in the next. */
  @Override
  public long gatherMs() {
    return 0;
  }

  @Override
  public boolean isAwaited() {
    return true;
  }

  @Override
  public void tick(long nowMs) {
    surroundings.brokersMs().ifPresent(this::leaveTooMany);
    if (lookedMs != Long.MIN_VALUE && nowMs - lookedMs < LOOK_MS) {
      return;
    }
    lookedMs = nowMs;
    lanes = state.lanes().stream().map(Lane::lane).collect(Collectors.toUnmodifiableSet());
    // This machine's own clock would say that deadlines are over, or jobs are old.
    surroundings.brokersMs().ifPresent(this::look);
  }

  /** However many end at once, no more of them are kept in memory. */
  private void leaveTooMany(long brokersMs) {
    boolean more = true;
    while (more && state.closed() > memory.stayMax()) {
      more = leave(Long.MIN_VALUE, brokersMs);
    }
  }

  private void look(long brokersMs) {
    var stalled =
        ledger.stalled(
            state, new Moment(brokersMs, -1, surroundings.fleet(), surroundings.models()));
    reminders.due(stalled, brokersMs).forEach(surroundings::report);
    int leaves = 0;
    while (leaves < LEAVES_MAX && leave(brokersMs - memory.staysMs(), brokersMs)) {
      leaves++;
    }
    var old = state.pastBefore(brokersMs - memory.retentionMs());
    if (!old.isEmpty()) {
      store.begin();
      store.forget(old);
      store.commit();
      old.forEach(past -> state.remove(StateKeys.of(past)));
    }
  }

  /**
   * Moves jobs that ended before a moment, or are too many, to the history; whether there were any.
   */
  private boolean leave(long beforeMs, long nowMs) {
    var leaving = state.leaving(beforeMs, memory.stayMax(), LEAVE_MAX, LEAVE_CHUNKS_MAX);
    if (leaving.isEmpty()) {
      return false;
    }
    var remembered = state.remembered(partition, leaving, nowMs);
    store.begin();
    store.archive(leaving, remembered, nowMs);
    while (store.bytes() > TRANSACTION_BYTES_MAX && leaving.size() > 1) {
      leaving = leaving.subList(0, leaving.size() / 2);
      remembered = state.remembered(partition, leaving, nowMs);
      store.begin();
      store.archive(leaving, remembered, nowMs);
    }
    store.commit();
    state.left(leaving, remembered);
    return true;
  }

  /** Those of a job together; where that can't be, one by one. */
  private void decide(AnsweredRows answers, Fleet fleet) {
    for (var reports : answers.takeAll()) {
      if (reports.size() == 1 || !decideTogether(reports, fleet)) {
        reports.forEach(each -> decide(each.record(), each.job(), fleet));
      }
    }
  }

  private boolean decideTogether(List<AnsweredRows.Report> reports, Fleet fleet) {
    var last = reports.getLast().record();
    var moment = new Moment(last.appendedMs(), last.offset(), fleet, surroundings.models());
    Optional<Decision> decision;
    try {
      var events = reports.stream().map(AnsweredRows.Report::report).toList();
      decision = ledger.decideOnAnswers(state, events, moment);
      decision.ifPresent(store::write);
    } catch (Unavailable e) {
      throw e;
    } catch (BrokenInvariant e) {
      throw e.at(last.place());
    } catch (RuntimeException e) {
      return false; // one by one it shows which of them it is
    }
    decision.ifPresent(state::apply);
    return decision.isPresent();
  }

  private void decide(LogRecord<JobRecord> record, JobRecord job, Fleet fleet) {
    var event = job.event();
    var key = Ledger.key(event);
    if (key.isPresent() && Topic.partition(key.get(), partitions) != partition) {
      // Clients of other languages partition differently; the owner gets it all the same.
      try {
        store.forward(key.get(), job);
      } catch (LedgerStore.Unwritable e) {
        bury(record, e);
      }
      return;
    }
    var moment = new Moment(record.appendedMs(), record.offset(), fleet, surroundings.models());
    Decision decision;
    try {
      decision = ledger.decide(state, event, moment);
      decision.answer(this::version);
      decision.dispatchAgain(moment.nowMs(), this::rows);
      decision.effects().replaceAll(effect -> withRecord(effect, record));
      store.write(decision);
    } catch (Unavailable e) {
      throw e;
    } catch (BrokenInvariant e) {
      // No job's fault, and not to be decided on by who may be wrong about more than this record.
      throw e.at(record.place());
    } catch (RuntimeException e) {
      // Nothing has changed yet. Without its answer this record would stop the partition for ever.
      decision = ledger.abandon(state, event, bury(record, e), moment);
      try {
        store.write(decision);
      } catch (LedgerStore.Unwritable answer) {
        return; // whoever asked has a name that fits nowhere; the letter is all that can be said
      }
    }
    state.apply(decision);
    decision
        .changes()
        .forEach(
            (place, changed) -> {
              if (changed instanceof ModelVersion version) {
                uncommitted.put(place, version);
              }
            });
  }

  private Cause bury(LogRecord<JobRecord> record, RuntimeException why) {
    var cause = undecided(record.place(), why);
    store.bury(
        "records of sluice.jobs that can't be decided on",
        record.letter("", DeadLetterReason.UNPROCESSABLE, cause),
        why);
    return cause;
  }

  /** A letter about a record has where it stands and its bytes. */
  private static Effect withRecord(Effect effect, LogRecord<JobRecord> record) {
    return effect instanceof Effect.Bury(var letter)
            && letter.reason() == DeadLetterReason.UNPROCESSABLE
        ? new Effect.Bury(record.letter(letter.jobId(), letter.reason(), letter.cause()))
        : effect;
  }

  /** What a job asked for, with its rows; null: it is there no more. */
  private @Nullable PredictionSpec rows(OpenPrediction job) {
    var submitted = store.submitted(job.offset());
    return submitted != null
            && submitted.jobId().equals(job.jobId())
            && submitted.spec().work() instanceof PredictionSpec rows
        ? rows
        : null;
  }

  private ModelVersion version(String model, int number) {
    var here = uncommitted.get(StateKeys.version(model, number));
    return here == null ? store.version(model, number) : here;
  }

  private static Cause undecided(String place, RuntimeException why) {
    return why instanceof LedgerStore.Unwritable
        ? new Cause(
            Code.RECORD_TOO_LARGE,
            place,
            "What is to be stored is too large.",
            String.valueOf(why.getMessage()),
            "Use fewer or shorter names of columns and classes, or a smaller network.")
        : new Cause(
            Code.DEFECT,
            place,
            "A record can't be decided on.",
            why.toString(),
            "Where another program wrote it, correct that; otherwise report the defect with this"
                + " text.");
  }

  @Override
  public void close() {
    store.close();
  }
}
