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
import dev.sluice.schemas.wire.Aim;
import dev.sluice.schemas.wire.DeadLetter;
import dev.sluice.schemas.wire.EndedJobs;
import dev.sluice.schemas.wire.JobRecord;
import dev.sluice.schemas.wire.LedgerCursor;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.Submitted;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What was decided on is no longer in the log, and other records come in its place. */
class LostJobsTest {

  private static final long CURSOR = 50;
  private static final int EPOCH = 3;
  private static final long NOW_MS = 1_000;

  private final Store store = new Store();
  private final LedgerShard shard =
      new LedgerShard(
          0,
          1,
          LedgerShard.Memory.of(0),
          new Ledger(LedgerLimits.DEFAULT, new Admission(CatalogueFiles.builtIn(), Aim.FINISH)),
          store,
          new OneWorker());

  @Test
  void whatIsAppendedBelowTheOldCursorIsDecidedOn() {
    store.log = new LedgerStore.Bounds(0, 40);

    assertThat(shard.load(Long.MAX_VALUE)).isEqualTo(Position.at(40));
    shard.handle(batch(submission(40), 41), NOW_MS);
    shard.commit();

    assertThat(store.said)
        .as("stored at once: the log grows beyond the old cursor")
        .containsExactly("cursor 40", "commit", "lost", "decision", "cursor 41", "commit");
  }

  @Test
  void aLogThatPartsFromTheOneThatWasReadIsDecidedOnFromThere() {
    store.log = new LedgerStore.Bounds(0, 90);

    assertThat(shard.load(45)).isEqualTo(Position.at(45));

    assertThat(store.said).containsExactly("cursor 45", "commit", "lost");
  }

  @Test
  void whoeverIsNoLongerTheOwnerSaysNothing() {
    store.log = new LedgerStore.Bounds(0, 40);
    store.fenced = true;

    assertThatThrownBy(() -> shard.load(Long.MAX_VALUE)).isInstanceOf(Unavailable.class);

    assertThat(store.said).doesNotContain("lost");
  }

  @Test
  void whereNothingIsLostNothingIsWritten() {
    store.log = new LedgerStore.Bounds(0, CURSOR);

    assertThat(shard.load(Long.MAX_VALUE))
        .as("its reader finds out whether the log is the same")
        .isEqualTo(new Position(CURSOR, EPOCH));

    assertThat(store.said).isEmpty();
  }

  /** Else a log of which all was removed would begin behind the cursor, and nothing is lost. */
  @Test
  void theCursorStandsBehindTheEndsOfTransactions() {
    store.log = new LedgerStore.Bounds(0, CURSOR + 2);
    shard.load(Long.MAX_VALUE);

    shard.handle(batch(submission(CURSOR), CURSOR + 2), NOW_MS);

    assertThat(shard.position()).isEqualTo(new Position(CURSOR + 2, EPOCH + 1));
    assertThat(store.said).containsExactly("decision", "cursor 52");
    assertThat(store.stored).isEqualTo(new LedgerCursor(CURSOR + 2, EPOCH + 1));
  }

  private static LogRecord<JobRecord> submission(long offset) {
    var event = new Submitted("j", "", Specs.training(10, 1, null));
    return new ReadRecord(offset, NOW_MS, new JobRecord("", event));
  }

  private static Source.Batch<JobRecord> batch(LogRecord<JobRecord> record, long next) {
    return new Source.Batch<>(List.of(record), new Position(next, EPOCH + 1), true);
  }

  /** Has a cursor, and tells what is asked of it. */
  private static final class Store implements LedgerStore {
    private final List<String> said = new ArrayList<>();
    private Bounds log = new Bounds(0, 0);
    private boolean fenced;
    private @Nullable LedgerCursor stored;

    @Override
    public Bounds load(LedgerState into) {
      into.apply(new LedgerCursor(CURSOR, EPOCH));
      return log;
    }

    @Override
    public @Nullable Submitted submitted(long offset) {
      return null;
    }

    @Override
    public void remember(List<EndedJobs> remembered) {}

    @Override
    public void lost(String what) {
      said.add("lost");
    }

    @Override
    public void cursor(LedgerCursor next) {
      said.add("cursor " + next.nextOffset());
      stored = next;
    }

    @Override
    public void commit() {
      if (fenced) {
        throw new Unavailable("fenced");
      }
      said.add("commit");
    }

    @Override
    public long bytes() {
      return 0;
    }

    @Override
    public String progress() {
      return "";
    }

    @Override
    public ModelVersion version(String model, int version) {
      throw new AssertionError("nobody asks for a model");
    }

    @Override
    public void fence() {}

    @Override
    public void begin() {}

    @Override
    public void write(Decision decision) {
      said.add("decision");
    }

    @Override
    public void forward(String key, JobRecord record) {}

    @Override
    public void bury(String kind, DeadLetter letter, @Nullable RuntimeException why) {}

    @Override
    public void archive(List<ClosedJob> jobs, List<EndedJobs> remembered, long leftMs) {}

    @Override
    public void forget(List<EndedJobs> old) {}

    @Override
    public void remove(String jobId) {}

    @Override
    public void close() {}
  }
}
