package dev.sluice.coordinator.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.coordinator.fold.PartitionFold;
import dev.sluice.fold.BlockSnapshot;
import dev.sluice.schemas.codec.Vectors;
import dev.sluice.schemas.wire.Adam;
import dev.sluice.schemas.wire.Attached;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Constant;
import dev.sluice.schemas.wire.Contribution;
import dev.sluice.schemas.wire.DeadLetter;
import dev.sluice.schemas.wire.DeadLetterReason;
import dev.sluice.schemas.wire.FoldCursor;
import dev.sluice.schemas.wire.FoldFailed;
import dev.sluice.schemas.wire.FoldProgressed;
import dev.sluice.schemas.wire.FoldStarted;
import dev.sluice.schemas.wire.GradientEntry;
import dev.sluice.schemas.wire.GradientRecord;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.ParameterBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What a fold partition publishes, says and stores around the fold itself. */
class FoldShardTest {

  private static final String JOB = "0123456789abcdef01234567";
  private static final int STEPS = 50;
  private static final FoldShard.Pace PACE = new FoldShard.Pace(1_000, 500, 3, 200);

  private final Store store = new Store();
  private final Outlet outlet = new Outlet();
  private final FoldShard shard =
      new FoldShard("gradients-0", new PartitionFold(0, 1, 1 << 20), PACE, store, outlet);
  private final List<LogRecord<GradientRecord>> log = new ArrayList<>();
  private long nowMs = 10_000;
  private int handled;

  FoldShardTest() {
    log(plan());
    log(contribution(-1, 0));
  }

  @Test
  void whatAReplayPassesThroughIsNotPublishedAgainOnlyWhatIsCurrentAtItsEnd() {
    log(contribution(0, 1));
    log(contribution(1, 1));
    store.end = 4;
    take();
    assertThat(outlet.published).isEmpty();

    shard.tick(nowMs);

    assertThat(outlet.published).containsExactly(1L, 2L);
  }

  @Test
  void afterTheReplayEachGenerationIsPublishedAsItComes() {
    begin();

    log(contribution(0, 1));
    take();

    assertThat(outlet.published).containsExactly(0L, 1L);
  }

  @Test
  void whatWasLostOnItsWayIsPublishedAgain() {
    begin();
    outlet.published.clear();
    outlet.lost = true;

    shard.tick(nowMs);

    assertThat(outlet.published).containsExactly(0L);
  }

  @Test
  void aStateIsHandedOverWithTheOffsetThatFollowsIt() {
    begin();
    log(contribution(0, 1));
    log(new Attached("w", true));
    take();
    shard.tick(nowMs);

    assertThat(outlet.handedOver).containsExactly(Map.entry(1L, 4L));
  }

  @Test
  void progressIsToldNowAndThen() {
    begin();
    for (int step = 0; step < 10; step++) {
      log(contribution(step, 1));
    }
    take();
    assertThat(outlet.told(FoldProgressed.class)).hasSize(1);

    nowMs += PACE.progressMs() + 1;
    log(contribution(10, 1));
    take();
    assertThat(outlet.told(FoldProgressed.class)).hasSize(2);
  }

  @Test
  void theLastProgressBeforeAStandstillIsToldLater() {
    begin();
    log(contribution(0, 1));
    log(contribution(1, 1));
    take();
    assertThat(outlet.told(FoldProgressed.class)).hasSize(1);

    nowMs += PACE.progressMs() + 1;
    shard.tick(nowMs);
    shard.tick(nowMs);
    assertThat(outlet.told(FoldProgressed.class))
        .extracting(FoldProgressed::generation)
        .containsExactly(1L, 2L);
  }

  /** No replay would say it again. */
  @Test
  void noCheckpointGoesBeyondProgressThatIsNotTold() {
    begin();
    log(contribution(0, 1));
    log(contribution(1, 1));
    take();
    shard.close();

    assertThat(store.written).containsExactly(4L);
    assertThat(outlet.told(FoldProgressed.class))
        .extracting(FoldProgressed::generation)
        .containsExactly(1L, 2L);
  }

  @Test
  void aRecordThatMakesNoSenseIsToldWithItsPlace() {
    begin();
    log(contribution(40, 1));

    take();

    assertThat(outlet.rejected).containsExactly("gradients-0@2");
  }

  @Test
  void checkpointsAreTakenInTheirTimeAndOneAfterTheOther() {
    begin();
    assertThat(store.written).isEmpty();

    nowMs += PACE.checkpointMs();
    shard.tick(nowMs);
    assertThat(store.written).containsExactly(2L);

    store.busy = true;
    log(contribution(0, 1));
    take();
    nowMs += PACE.checkpointMs();
    shard.tick(nowMs);
    assertThat(store.written).hasSize(1);

    store.busy = false;
    shard.tick(nowMs);
    assertThat(store.written).containsExactly(2L, 3L);
  }

  @Test
  void whereTheLogHasNotMovedThereIsNothingToStore() {
    begin();
    nowMs += PACE.checkpointMs();
    shard.tick(nowMs);
    nowMs += PACE.checkpointMs();
    shard.tick(nowMs);
    shard.close();

    assertThat(store.written).containsExactly(2L);
  }

  @Test
  void whatChangesNoBlockIsNotReplayedForEver() {
    begin();
    nowMs += PACE.checkpointMs();
    shard.tick(nowMs);
    log(new Attached("w", false));
    take();
    nowMs += PACE.checkpointMs();
    shard.tick(nowMs);

    assertThat(store.written).containsExactly(2L, 3L);
  }

  @Test
  void whoeverLeavesStoresALastCheckpoint() {
    begin();

    shard.close();

    assertThat(store.written).containsExactly(2L);
    assertThat(store.closed).isTrue();
  }

  @Test
  void whoeverLeavesWhileItStillReplaysHasTheNextOneGoOnFromThere() {
    store.end = 100;
    take();
    shard.tick(nowMs);

    shard.close();

    assertThat(outlet.published).isEmpty();
    assertThat(store.written).containsExactly(2L);
  }

  @Test
  void whoeverWasNotTakenOverHasNothingToStore() {
    shard.fence();

    shard.close();

    assertThat(store.written).isEmpty();
    assertThat(store.closed).isTrue();
  }

  @Test
  void whatAnotherOwnerHasTrimmedIsNotPassedOver() {
    begin();
    store.beginning = 5;
    log.clear();
    handled = 0;
    log.add(new Found(7, new GradientRecord(JOB, contribution(0, 1))));

    assertThatThrownBy(this::take).isInstanceOf(Unavailable.class).hasMessageContaining("trimmed");
  }

  @Test
  void aMarkerBetweenRecordsIsNoLoss() {
    begin();
    log.clear();
    handled = 0;
    log.add(new Found(7, new GradientRecord(JOB, contribution(0, 1))));

    take();

    assertThat(outlet.published).contains(1L);
    assertThat(shard.position().offset()).isEqualTo(8);
  }

  @Test
  void aLogThatHasLostRecordsFailsTheJobsThatItConcerns() {
    store.cursor = 9;
    store.end = 4;
    shard.load(Long.MAX_VALUE);
    log.clear();
    log.add(new Found(4, new GradientRecord(JOB, contribution(3, 1))));
    shard.tick(nowMs);

    shard.handle(new Source.Batch<>(log, Position.at(5), true), nowMs);

    assertThat(outlet.told(FoldFailed.class))
        .singleElement()
        .satisfies(
            failed -> {
              assertThat(failed.jobId()).isEqualTo(JOB);
              assertThat(failed.cause().why()).contains("ends at 4");
            });
    assertThat(store.confirmed).as("it is still the owner").containsExactly(9L);
    assertThat(store.marks).as("places in the log that was").isZero();
  }

  @Test
  void whatALaterOwnerHasTrimmedIsNoLoss() {
    store.beginning = 3;
    store.end = 4;
    store.fenced = true;

    assertThatThrownBy(() -> shard.load(Long.MAX_VALUE)).isInstanceOf(Unavailable.class);

    assertThat(outlet.told).isEmpty();
  }

  @Test
  void whereNothingIsGoneNothingIsAsked() {
    store.end = 2;
    shard.load(Long.MAX_VALUE);

    assertThat(store.confirmed).isEmpty();
  }

  @Test
  void aRecordThatWaitsIsWhereItStands() {
    begin();
    log.add(new Found(4, null));

    assertThat(take()).isEqualTo("waits");

    assertThat(shard.position().offset()).isEqualTo(4);
  }

  @Test
  void whereWorkersFoldNothingIsAwaitedAfterTheFirstStepAndRecordsGather() {
    log.clear();
    log(plan(true));
    log(contribution(-1, 0));
    begin();
    shard.commit();
    assertThat(shard.isAwaited()).as("the state that workers begin with").isTrue();

    log(contribution(0, 1));
    take();
    shard.commit();

    assertThat(shard.isAwaited()).isFalse();
    assertThat(shard.gatherMs()).isPositive();
  }

  @Test
  void whereWorkersWaitForGenerationsRecordsAreFoldedAsTheyCome() {
    begin();
    log(contribution(0, 1));
    take();
    shard.commit();

    assertThat(shard.isAwaited()).isTrue();
    assertThat(shard.gatherMs()).isZero();
  }

  /** Takes the partition over, with the log as it is, and has its replay end. */
  private void begin() {
    store.end = log.size();
    take();
    shard.tick(nowMs);
  }

  private boolean loaded;

  private @Nullable String take() {
    if (!loaded) {
      loaded = true;
      shard.load(Long.MAX_VALUE);
      shard.tick(nowMs);
    }
    var batch = List.copyOf(log.subList(handled, log.size()));
    handled = log.size();
    var next = Position.at(batch.isEmpty() ? 0 : batch.getLast().offset() + 1);
    return shard.handle(new Source.Batch<>(batch, next, true), nowMs);
  }

  private void log(GradientEntry entry) {
    log.add(new Found(log.size(), new GradientRecord(JOB, entry)));
  }

  private static FoldStarted plan() {
    return plan(false);
  }

  private static FoldStarted plan(boolean workersFold) {
    return new FoldStarted(
        2,
        2,
        2,
        1,
        new Adam(0.9, 0.999, 1e-8, 0),
        0.1,
        new Constant(),
        0,
        STEPS,
        STEPS,
        "engine",
        1,
        null,
        workersFold);
  }

  private static Contribution contribution(long step, int samples) {
    var payload = Vectors.bytes(new float[] {1, 2});
    return new Contribution(
        0, step, 0, 1, samples, 0.5, true, "engine", Vectors.crc32c(payload), payload, null);
  }

  /** A record; without a message it waits. */
  private record Found(long offset, @Nullable GradientRecord message)
      implements LogRecord<GradientRecord> {
    @Override
    public long appendedMs() {
      return 0;
    }

    @Override
    public int leaderEpoch() {
      return 3;
    }

    @Override
    public int bytes() {
      return 0;
    }

    @Override
    public Content<GradientRecord> read(long nowMs) {
      return message == null ? new Content.Waiting<>("waits") : new Content.Message<>(message);
    }

    @Override
    public String place() {
      return "gradients-0@" + offset;
    }

    @Override
    public DeadLetter letter(String jobId, DeadLetterReason reason, Cause cause) {
      return DeadLetter.without("gradients", 0, jobId, reason, cause);
    }
  }

  private static final class Store implements FoldStore {
    private final List<Long> written = new ArrayList<>();
    private long cursor;
    private long beginning;
    private long end;
    private int marks = -1;
    private final List<Long> confirmed = new ArrayList<>();
    private boolean fenced;
    private boolean busy;
    private boolean closed;

    @Override
    public void fence() {}

    @Override
    public Stored load() {
      return new Stored(
          List.<BlockSnapshot>of(), new FoldCursor(cursor, 3, 0, List.of()), beginning, end, null);
    }

    @Override
    public String progress() {
      return "";
    }

    @Override
    public void confirm(FoldCursor at) {
      if (fenced) {
        throw new Unavailable("fenced");
      }
      confirmed.add(at.nextOffset());
    }

    @Override
    public void resume(FoldCursor from, @Nullable Cause loss) {
      marks = from.marks().size();
    }

    @Override
    public long beginning() {
      return beginning;
    }

    @Override
    public boolean idle() {
      return !busy;
    }

    @Override
    public boolean anchorDue(long foldedBytes) {
      return false;
    }

    @Override
    public void write(Checkpoint checkpoint) {
      written.add(checkpoint.cursor().nextOffset());
    }

    @Override
    public boolean settle() {
      return !busy;
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private static final class Outlet implements FoldOutlet {
    private final List<Long> published = new ArrayList<>();
    private final Map<Long, Long> handedOver = new TreeMap<>();
    private final List<JobEvent> told = new ArrayList<>();
    private final List<String> rejected = new ArrayList<>();
    private boolean lost;

    <E extends JobEvent> List<E> told(Class<E> kind) {
      return told.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    @Override
    public void publish(ParameterBlock block) {
      published.add(block.generation());
    }

    @Override
    public void handOver(BlockSnapshot state, long nextOffset) {
      handedOver.put(state.head().generation(), nextOffset);
    }

    @Override
    public boolean takeUnpublished() {
      boolean some = lost;
      lost = false;
      return some;
    }

    @Override
    public void report(JobEvent event) {
      told.add(event);
    }

    @Override
    public void bury(String kind, DeadLetter letter) {
      throw new AssertionError(kind);
    }

    @Override
    public void reject(String jobId, Cause cause, LogRecord<?> record) {
      rejected.add(record.place());
    }
  }
}
