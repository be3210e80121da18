package dev.sluice.coordinator.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.coordinator.runtime.PartitionRuntime.State;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The life of a partition, told by what its shard and its log are asked to do. */
class PartitionRuntimeTest {

  private final List<String> calls = new ArrayList<>();
  private final Deque<Source.Batch<String>> log = new ArrayDeque<>();
  private final List<String> failures = new ArrayList<>();
  private final List<String> waits = new ArrayList<>();
  private @Nullable String failing;
  private @Nullable String waiting;
  private boolean settled = true;
  private long gatherMs;
  private long nowMs = 1;
  private int takeovers;
  private long sameUpTo = Long.MAX_VALUE;
  private final PartitionRuntime<Calls, String> runtime =
      new PartitionRuntime<>(Calls::new, new Log(), () -> nowMs, new Told());

  @Test
  void whoeverHadItIsFencedBeforeAnythingIsRead() {
    assertThat(runtime.state()).isEqualTo(State.LOADING);

    turns(2);

    assertThat(calls).containsExactly("fence 1", "load 1", "seek 7");
    assertThat(runtime.state()).isEqualTo(State.ACTIVE);
    assertThat(runtime.position()).isEqualTo(Position.at(7));
  }

  @Test
  void aBatchIsHandledThenCommittedAndOnlyThenDoesThePositionMove() {
    active();
    log.add(batch(9));

    turns(1);
    assertThat(calls).containsExactly("tick", "handle to 9");
    assertThat(runtime.position()).isEqualTo(Position.at(7));

    turns(1);
    assertThat(calls).endsWith("commit");
    assertThat(runtime.position()).isEqualTo(Position.at(9));
  }

  @Test
  void timePassesForItNeverInsideATransaction() {
    active();
    log.add(batch(8));
    log.add(batch(9));

    turns(4);

    assertThat(calls)
        .containsExactly("tick", "handle to 8", "commit", "tick", "handle to 9", "commit");
  }

  @Test
  void whatIsNotThereIsNoWork() {
    active();

    assertThat(runtime.turn()).isFalse();
    assertThat(calls).containsExactly("tick");
  }

  @Test
  void nothingIsTakenBeforeTheWorldIsKnown() {
    active();
    settled = false;
    log.add(batch(8));

    assertThat(runtime.turn()).isFalse();
    assertThat(log).hasSize(1);

    settled = true;
    turns(1);
    assertThat(calls).endsWith("handle to 8");
  }

  @Test
  void afterARefusedCommitItIsTakenOverAnewWithNothingOfWhatWasInMemory() {
    active();
    log.add(batch(9));
    turns(1);
    failing = "commit";

    turns(1);
    assertThat(runtime.state()).isEqualTo(State.FAILED);
    assertThat(runtime.active()).isNull();
    assertThat(failures).containsExactly("commit");
    assertThat(calls).endsWith("stop", "close 1");

    failing = null;
    nowMs += PartitionRuntime.RETRY_MS;
    turns(3);
    assertThat(calls).endsWith("fence 2", "load 2", "seek 7");
    assertThat(runtime.state()).isEqualTo(State.ACTIVE);
  }

  @Test
  void betweenAFailureAndTheNextTakeoverItLearnsWhetherItIsStillTheOwner() {
    failing = "fence";
    turns(1);
    assertThat(runtime.state()).isEqualTo(State.FAILED);
    failing = null;

    nowMs += PartitionRuntime.RETRY_MS - 1;
    assertThat(runtime.turn()).isFalse();
    runtime.revoke();
    turns(1);

    assertThat(runtime.state()).isEqualTo(State.CLOSED);
    assertThat(calls).as("the rightful owner is not fenced").doesNotContain("fence 2");
  }

  @Test
  void whatFailsWhileItIsReadIsFencedAgainBeforeItIsReadAgain() {
    failing = "load";
    turns(2);
    failing = null;
    nowMs += PartitionRuntime.RETRY_MS;

    turns(3);

    assertThat(calls)
        .containsExactly("fence 1", "load 1", "stop", "close 1", "fence 2", "load 2", "seek 7");
  }

  @Test
  void aLogThatIsNotTheOneThatWasReadIsTakenOverAsFarAsItIs() {
    active();
    failing = "take";
    turns(1);
    failing = null;
    sameUpTo = 3;
    nowMs += PartitionRuntime.RETRY_MS;

    turns(3);

    assertThat(calls).contains("load 2 up to 3");
  }

  @Test
  void howFarTheLogIsTheOneThatWasReadIsKnownUntilATakeoverHasGoneByIt() {
    sameUpTo = 3;
    failing = "load";
    turns(2);
    assertThat(calls).contains("load 1 up to 3");
    sameUpTo = Long.MAX_VALUE; // it is told once
    failing = null;
    nowMs += PartitionRuntime.RETRY_MS;

    turns(3);
    assertThat(calls).contains("load 2 up to 3");

    failing = "commit";
    log.add(batch(9));
    turns(2);
    failing = null;
    nowMs += PartitionRuntime.RETRY_MS;
    turns(3);
    assertThat(calls).endsWith("fence 3", "load 3", "seek 7");
  }

  @Test
  void aRecordThatWaitsIsLookedAtAgainAfterAWhileAndPeopleAreToldOnce() {
    active();
    waiting = "waits for a schema";
    log.add(batch(8));
    turns(2);
    assertThat(runtime.waiting()).isEqualTo("waits for a schema");
    assertThat(calls).endsWith("handle to 8", "seek 7", "commit");

    log.add(batch(8));
    nowMs += PartitionRuntime.LOOK_AGAIN_MS - 1;
    assertThat(runtime.turn()).isFalse();
    nowMs++;
    turns(2);
    assertThat(waits).containsExactly("7 waits for a schema");

    waiting = null;
    log.add(batch(8));
    nowMs += PartitionRuntime.LOOK_AGAIN_MS;
    turns(2);
    assertThat(runtime.waiting()).isEmpty();
    assertThat(runtime.position()).isEqualTo(Position.at(8));
  }

  @Test
  void whatIsUnderWayIsCommittedBeforeItIsGivenUp() {
    active();
    log.add(batch(9));
    turns(1);
    runtime.revoke();

    turns(2);

    assertThat(calls).endsWith("handle to 9", "commit", "stop", "close 1");
    assertThat(runtime.state()).isEqualTo(State.CLOSED);
  }

  @Test
  void whoeverIsClosedDoesNothingMore() {
    active();
    runtime.revoke();
    turns(1);
    calls.clear();
    log.add(batch(9));

    assertThat(runtime.turn()).isFalse();

    assertThat(calls).isEmpty();
    assertThat(log).hasSize(1);
  }

  @Test
  void afterACommitRecordsGatherForAsLongAsTheShardSays() {
    active();
    gatherMs = 5;
    log.add(batch(8));
    turns(2);
    log.add(batch(9));

    nowMs += 4;
    assertThat(runtime.gatherMs()).isEqualTo(1);
    assertThat(runtime.turn()).as("there is nothing to do").isFalse();
    nowMs += 1;
    turns(2);

    assertThat(calls).endsWith("tick", "handle to 9", "commit");
  }

  @Test
  void recordsGatherNoLongerThanUntilABatchIsFull() {
    active();
    gatherMs = 20;
    log.add(batch(8));
    turns(2);
    log.add(batch(9));
    assertThat(runtime.turn()).isFalse();

    log.add(batch(10));
    turns(1);

    assertThat(calls).endsWith("handle to 9");
  }

  @Test
  void aPartitionThatGathersIsGivenUpAtOnce() {
    active();
    gatherMs = 5;
    log.add(batch(8));
    turns(2);

    runtime.revoke();
    turns(1);

    assertThat(runtime.state()).isEqualTo(State.CLOSED);
  }

  @Test
  void aDefectIsNotTakenForTroubleAndLeavesNothingOpen() {
    active();
    log.add(batch(9));
    failing = "defect";

    assertThatThrownBy(runtime::turn).isInstanceOf(IllegalStateException.class);

    assertThat(calls).endsWith("stop", "close 1").doesNotContain("commit");
    assertThat(runtime.state()).isEqualTo(State.CLOSED);
  }

  private void active() {
    turns(2);
    calls.clear();
  }

  private void turns(int count) {
    for (int i = 0; i < count; i++) {
      runtime.turn();
    }
  }

  private static Source.Batch<String> batch(long to) {
    return new Source.Batch<>(List.of(), Position.at(to), true);
  }

  private void call(String kind, String words) {
    if (kind.equals(failing)) {
      calls.add(words);
      throw new Unavailable(kind);
    }
    calls.add(words);
  }

  private final class Calls implements Shard<String> {
    private final int life = ++takeovers;
    private Position position = Position.at(7);

    @Override
    public void fence() {
      call("fence", "fence " + life);
    }

    @Override
    public Position load(long sameUpTo) {
      call("load", "load " + life + (sameUpTo == Long.MAX_VALUE ? "" : " up to " + sameUpTo));
      return position;
    }

    @Override
    public boolean ready() {
      return settled;
    }

    @Override
    public @Nullable String handle(Source.Batch<String> batch, long nowMs) {
      if ("defect".equals(failing)) {
        throw new IllegalStateException("defect");
      }
      call("handle", "handle to " + batch.next().offset());
      if (waiting == null) {
        position = batch.next();
      }
      return waiting;
    }

    @Override
    public void commit() {
      call("commit", "commit");
    }

    @Override
    public long gatherMs() {
      return gatherMs;
    }

    @Override
    public boolean isAwaited() {
      return true;
    }

    @Override
    public void tick(long nowMs) {
      call("tick", "tick");
    }

    @Override
    public Position position() {
      return position;
    }

    @Override
    public String progress() {
      return "";
    }

    @Override
    public void close() {
      calls.add("close " + life);
    }
  }

  private final class Log implements Source<String> {
    @Override
    public void seek(Position from) {
      calls.add("seek " + from.offset());
    }

    @Override
    public void stop() {
      calls.add("stop");
    }

    @Override
    public @Nullable Batch<String> take() {
      if ("take".equals(failing)) {
        throw new Unavailable("another log");
      }
      return log.poll();
    }

    @Override
    public boolean full() {
      return log.size() > 1;
    }

    @Override
    public long takeSameUpTo() {
      return sameUpTo;
    }
  }

  private final class Told implements PartitionRuntime.Listener {
    @Override
    public void active() {}

    @Override
    public void failed(Unavailable why) {
      failures.add(String.valueOf(why.getMessage()));
    }

    @Override
    public void waits(long at, String what) {
      waits.add(at + " " + what);
    }
  }
}
