package dev.sluice.coordinator.runtime;

import dev.sluice.coordinator.fold.PartitionFold;
import dev.sluice.coordinator.fold.Resumption;
import dev.sluice.coordinator.fold.Stragglers;
import dev.sluice.fold.FoldOutput;
import dev.sluice.jobs.rules.Names;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Contribution;
import dev.sluice.schemas.wire.FoldCursor;
import dev.sluice.schemas.wire.FoldFailed;
import dev.sluice.schemas.wire.FoldProgressed;
import dev.sluice.schemas.wire.GradientRecord;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One partition of the gradient fold.
 *
 * <p>Takeover: fence the owner before, read the last checkpoint, replay the gradient log from its
 * cursor. Generations that the replay passes through are not published again, only the ones that
 * are current at its end; they are byte-identical to what the owner before published. Where the log
 * has lost what was not folded yet, the jobs that it concerns fail with that cause.
 *
 * <p>What it publishes is the same bits whoever does, so no transaction stands in the way of a
 * step: {@link #commit} has nothing to do, and checkpoints are written beside it.
 */
public final class FoldShard implements Shard<GradientRecord> {

  /** How often late shards are looked for. */
  private static final long LOOK_MS = 50;

  /** Nobody sees progress that is older by this, and who joins waits little longer. */
  private static final long GATHER_MS = 25;

  /** Most jobs remembered as failed after a loss; more are told again. */
  private static final int LOST_MAX = 10_000;

  /** About what the log adds to a record's key and value, in bytes. */
  private static final int RECORD_OVERHEAD_BYTES = 80;

  /**
   * When what is done.
   *
   * @param checkpointMs time between two checkpoints
   * @param progressMs least time between two reports of a job's progress
   * @param stragglerFactor a shard is late after so many times what half of the shards took
   * @param stragglerMs and after no less than this
   */
  public record Pace(
      long checkpointMs, long progressMs, double stragglerFactor, long stragglerMs) {}

  private final String log;
  private final Pace pace;
  private final FoldStore store;
  private final FoldOutlet outlet;
  private final PartitionFold fold;
  private final Stragglers stragglers;
  private final Map<String, Long> progressToldMs = new HashMap<>();

  /** Progress that came too soon after the last that was told. */
  private final Map<String, FoldProgressed> untold = new HashMap<>();

  private final Set<String> lost = new HashSet<>();
  private @Nullable Cause loss;
  private FoldStore.@Nullable Damage damage;
  private Position position = Position.at(0);
  private long replayUntil;
  private long foldedBytes;
  private long checkpointedMs;
  private long checkpointedAt;
  private long lookedMs;
  private boolean begun;
  private boolean replaying = true;
  private boolean whole = true;
  private boolean atEnd;
  private volatile boolean awaited = true;

  /**
   * @param log name of the partition, for people
   * @param fold of this partition, with nothing in it yet
   * @param pace when what is done
   * @param store of this partition alone
   * @param outlet whom it talks to
   */
  public FoldShard(String log, PartitionFold fold, Pace pace, FoldStore store, FoldOutlet outlet) {
    this.log = log;
    this.fold = fold;
    this.pace = pace;
    this.store = store;
    this.outlet = outlet;
    stragglers = new Stragglers(pace.stragglerFactor, pace.stragglerMs);
  }

  /** Jobs with blocks here. */
  public Set<String> jobs() {
    return fold.jobs();
  }

  /** Whether it still passes through what was published before. */
  public boolean replaying() {
    return replaying;
  }

  @Override
  public void fence() {
    store.fence();
  }

  @Override
  public Position load(long sameUpTo) {
    var stored = store.load();
    stored.blocks().forEach(fold::restore);
    damage = stored.damage();
    var at = stored.cursor();
    var resumption =
        Resumption.of(log, at.nextOffset(), stored.beginning(), Math.min(stored.end(), sameUpTo));
    loss = resumption.loss();
    if (loss != null || damage != null) {
      store.confirm(at);
    }
    // Marks are places in the log that was; after a loss they count from the one that is.
    var from =
        loss == null
            ? at
            : new FoldCursor(
                resumption.nextOffset(), Position.NO_EPOCH, at.foldedBytes(), List.of());
    store.resume(from, loss);
    position = new Position(from.nextOffset(), from.leaderEpoch());
    checkpointedAt = position.offset();
    foldedBytes = from.foldedBytes();
    replayUntil = stored.end();
    return position;
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
    return true;
  }

  @Override
  public @Nullable String handle(Source.Batch<GradientRecord> batch, long nowMs) {
    atEnd = batch.end();
    if (!batch.records().isEmpty() && missed(batch.records().getFirst().offset())) {
      throw new Unavailable("another owner has trimmed what was to be folded next");
    }
    for (var record : batch.records()) {
      if (record.offset() < position.offset()) {
        continue;
      }
      var waits = fold(record, nowMs);
      if (waits != null) {
        return waits;
      }
    }
    position = batch.next();
    return null;
  }

  /**
   * Whether the log was trimmed beyond the next record, which a reader passes over in silence: one
   * that had lost the partition took it once more, was faster, and stored what it had folded.
   */
  private boolean missed(long found) {
    return found > position.offset() // mostly a transaction's marker
        && store.beginning() > position.offset();
  }

  private @Nullable String fold(LogRecord<GradientRecord> record, long nowMs) {
    switch (record.read(nowMs)) {
      case LogRecord.Content.Message<GradientRecord>(var gradient) -> {
        stragglers.folded(gradient, nowMs);
        giveUpWhatNeverBegan(gradient);
        whole = false;
        fold.apply(gradient, output -> say(output, record, nowMs));
        whole = true;
      }
      // No bit depends on it: who sent it sends it again, or its job fails, with a cause.
      case LogRecord.Content.Unreadable<GradientRecord>(var kind, var letter) ->
          outlet.bury(kind, letter);
      case LogRecord.Content.Waiting<GradientRecord>(var what) -> {
        // What is between may be markers of a later leader, and not of the epoch that is known.
        position = record.offset() == position.offset() ? position : Position.at(record.offset());
        return what;
      }
    }
    position = new Position(record.offset() + 1, record.leaderEpoch());
    foldedBytes += RECORD_OVERHEAD_BYTES + record.bytes();
    return null;
  }

  /** A job whose beginning is among what is lost would wait for ever. */
  private void giveUpWhatNeverBegan(GradientRecord record) {
    var why = loss;
    if (why != null
        && record.entry() instanceof Contribution contribution
        && Names.isJobId(record.jobId())
        && !fold.jobs().contains(record.jobId())) {
      if (lost.size() >= LOST_MAX) {
        lost.clear();
      }
      if (lost.add(record.jobId())) {
        outlet.report(new FoldFailed(record.jobId(), contribution.step(), why));
      }
    }
  }

  private void say(FoldOutput output, @Nullable LogRecord<GradientRecord> record, long nowMs) {
    switch (output) {
      case FoldOutput.Generation generation -> {
        if (!replaying) {
          stragglers.opened(generation, nowMs);
          if (generation.awaited()) {
            outlet.publish(generation.published());
          }
        }
      }
      case FoldOutput.State(var snapshot) -> outlet.handOver(snapshot, position.offset());
      case FoldOutput.Progress(var report, boolean milestone) -> tell(report, milestone, nowMs);
      case FoldOutput.Failure(var report) -> outlet.report(report);
      case FoldOutput.Rejected(var jobId, var cause) -> {
        if (record != null) {
          outlet.reject(jobId, cause, record);
        }
      }
    }
  }

  private void tell(FoldProgressed report, boolean milestone, long nowMs) {
    var told = progressToldMs.get(report.jobId());
    if (milestone || told == null || nowMs - told > pace.progressMs) {
      progressToldMs.put(report.jobId(), nowMs);
      untold.remove(report.jobId());
      outlet.report(report);
    } else {
      untold.put(report.jobId(), report);
    }
  }

  /** A job that stands still has its last progress told all the same. */
  private void tellLate(long nowMs) {
    List.copyOf(untold.values()).forEach(report -> tell(report, false, nowMs));
  }

  @Override
  public void commit() {
    awaited = replaying || fold.isAwaited();
  }

  /**
   * Who folds as well waits for nothing here, and reading each step by itself would take the time
   * of the processors that compute it.
   */
  @Override
  public long gatherMs() {
    return awaited ? 0 : GATHER_MS;
  }

  @Override
  public boolean isAwaited() {
    return awaited;
  }

  @Override
  public void tick(long nowMs) {
    Consumer<FoldOutput> out = output -> say(output, null, nowMs);
    if (!begun) {
      begun = true;
      checkpointedMs = nowMs;
      giveUpWhatIsLost(out);
    }
    if (replaying && position.offset() >= replayUntil) {
      replaying = false;
      fold.republishAll(out);
    }
    if (outlet.takeUnpublished() && !replaying) { // else the end of the replay publishes all
      fold.republishAll(out);
    }
    if (!replaying) {
      fold.answer(nowMs, out);
    }
    if (nowMs - lookedMs >= LOOK_MS) {
      lookedMs = nowMs;
      look(nowMs);
    }
    boolean due = nowMs - checkpointedMs >= pace.checkpointMs;
    boolean moved = position.offset() > checkpointedAt || damage != null;
    if (store.idle() && moved && (due || store.anchorDue(foldedBytes))) {
      checkpointedMs = nowMs;
      checkpoint();
    }
  }

  /** Before the first record: says what is lost, and gives up what needs it. */
  private void giveUpWhatIsLost(Consumer<FoldOutput> out) {
    if (damage != null) {
      damage.letters().forEach(letter -> outlet.bury(letter.kind(), letter.letter()));
      for (var jobId : damage.lost()) {
        outlet.report(new FoldFailed(jobId, PartitionFold.UNKNOWN_STEP, damage.why()));
      }
    }
    if (loss != null) {
      lost.addAll(fold.jobs());
      fold.abandon(loss, out);
    }
  }

  /**
   * What was there to be folded and was not is not late, so this looks at the log's end only. While
   * records gather, here and where they are read, those of so long ago may not have come.
   */
  private void look(long nowMs) {
    var jobs = fold.jobs();
    awaited = replaying || fold.isAwaited();
    stragglers.keep(jobs);
    progressToldMs.keySet().retainAll(jobs);
    untold.keySet().retainAll(jobs);
    tellLate(nowMs);
    if (atEnd) {
      stragglers.late(awaited ? nowMs : nowMs - 2 * GATHER_MS).forEach(outlet::report);
    }
  }

  /**
   * Also where no block has changed, and while it replays: what stands in the log need not be read
   * again, so that the next owner has little to do however fast owners follow each other.
   */
  private void checkpoint() {
    boolean anchor = store.anchorDue(foldedBytes);
    var ended = new HashSet<>(fold.takeEnded());
    boolean all = anchor;
    if (damage != null) {
      ended.addAll(damage.lost());
      damage = null;
      all = true;
    }
    // No replay says again what comes before a checkpoint.
    untold.values().forEach(outlet::report);
    untold.clear();
    checkpointedAt = position.offset();
    store.write(
        new FoldStore.Checkpoint(
            all ? fold.snapshotAll() : fold.snapshotChanged(), ended, cursor(), anchor));
  }

  private FoldCursor cursor() {
    return new FoldCursor(position.offset(), position.leaderEpoch(), foldedBytes, List.of());
  }

  /**
   * Leaves with a last checkpoint where its state can be trusted, so that the next owner has little
   * to replay. Where another owns the partition by now, that is fenced.
   */
  @Override
  public void close() {
    try {
      if (whole && begun && position.offset() > checkpointedAt && store.settle()) {
        checkpoint();
      }
    } catch (Unavailable e) {
      whole = false; // the next owner folds again what this one would have stored
    } finally {
      store.close();
    }
  }
}
