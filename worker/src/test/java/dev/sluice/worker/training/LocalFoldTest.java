package dev.sluice.worker.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.fold.BlockFold;
import dev.sluice.fold.BlockSnapshot;
import dev.sluice.schemas.codec.Vectors;
import dev.sluice.schemas.wire.Adam;
import dev.sluice.schemas.wire.Constant;
import dev.sluice.schemas.wire.Contribution;
import dev.sluice.schemas.wire.FoldStarted;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Two blocks of two floats, two shards; the coordinator's fold of each is beside it. */
class LocalFoldTest {

  private static final int BLOCK_FLOATS = 2;
  private static final long STATE_AT = 100;

  private final JobParameters parameters =
      new JobParameters("job", new Blocks(4, BLOCK_FLOATS), Arena::ofShared);
  private final LocalFold fold = new LocalFold(parameters);
  private final List<BlockFold> coordinators =
      List.of(new BlockFold("job", 0, plan(4)), new BlockFold("job", 1, plan(4)));

  @AfterEach
  void close() {
    parameters.close();
  }

  @Test
  void whatIsFoldedHereHasTheBitsOfTheCoordinators() {
    beginBoth();
    for (int block = 0; block < 2; block++) {
      everywhere(STATE_AT + block, contribution(block, -1, 0, 1));
    }
    assertThat(parameters.newest()).isZero();
    for (int step = 0; step < 5; step++) {
      for (int block = 0; block < 2; block++) {
        everywhere(200 + 10 * step + block, contribution(block, step, 1, 1));
        everywhere(205 + 10 * step + block, contribution(block, step, 0, 1));
      }
    }
    assertThat(parameters.newest()).isEqualTo(5);
    assertThat(values()).isEqualTo(coordinated());
  }

  @Test
  void aStateInTheMiddleOfAStepIsGoneOnWith() {
    for (int block = 0; block < 2; block++) {
      coordinators.get(block).contribute(contribution(block, -1, 0, 1), output -> {});
      coordinators.get(block).contribute(contribution(block, 0, 1, 1), output -> {});
    }
    beginBoth();
    assertThat(parameters.newest()).isZero();

    everywhere(STATE_AT, contribution(0, 0, 0, 1));
    assertThat(parameters.newest()).isZero();
    assertThat(fold.fold(STATE_AT + 1, contribution(1, 0, 0, 1))).isTrue();
    assertThat(parameters.newest()).isEqualTo(1);
  }

  @Test
  void whatIsInTheStateAlreadyIsPassedOver() {
    beginBoth();
    assertThat(fold.fold(STATE_AT - 1, contribution(0, -1, 0, 1))).isFalse();
    assertThat(fold.fold(STATE_AT, contribution(0, -1, 0, 1))).isFalse();
    // The first block's was before its state, so it is the second's that completes the generation.
    assertThat(fold.fold(STATE_AT, contribution(1, -1, 0, 1))).isTrue();
  }

  @Test
  void whatThisWorkerSendsIsFoldedOnceThoughItComesAgain() {
    beginBoth();
    for (int block = 0; block < 2; block++) {
      everywhere(STATE_AT, contribution(block, -1, 0, 1));
    }
    for (int block = 0; block < 2; block++) {
      var own = contribution(block, 0, 0, 2);
      fold.foldOwn(own);
      coordinators.get(block).contribute(own, output -> {});
    }
    assertThat(parameters.newest()).isEqualTo(1);
    var before = values();

    for (int block = 0; block < 2; block++) {
      assertThat(fold.fold(STATE_AT + 10, contribution(block, 0, 0, 2))).isFalse();
    }
    assertThat(values()).isEqualTo(before).isEqualTo(coordinated());
  }

  @Test
  void aWorkerThatIsBehindGetsItsOwnFromTheLog() {
    beginBoth();
    assertThat(fold.foldOwn(contribution(0, 3, 0, 2))).isFalse();
    everywhere(STATE_AT, contribution(0, -1, 0, 1));
    everywhere(STATE_AT, contribution(1, -1, 0, 1));
    assertThat(parameters.newest()).isZero();
  }

  @Test
  void withoutItsStateNothingIsFolded() {
    assertThat(fold.whole()).isFalse();
    assertThat(fold.fold(5, contribution(0, -1, 0, 1))).isFalse();
    assertThat(fold.foldOwn(contribution(0, -1, 0, 1))).isFalse();
    begin(0);
    assertThat(fold.whole()).isFalse();
    assertThat(fold.has(0)).isTrue();
    assertThat(fold.has(1)).isFalse();
    begin(1);
    assertThat(fold.whole()).isTrue();
    fold.forget(1);
    assertThat(fold.whole()).isFalse();
  }

  @Test
  void aBlockThatIsFurtherTakesNoOtherState() {
    beginBoth();
    var before = coordinators.getFirst().snapshot();
    everywhere(STATE_AT, contribution(0, -1, 0, 1));
    assertThat(fold.begin(before, STATE_AT)).isFalse();
  }

  /** It may have missed something; a state and what follows it have all. */
  @Test
  void aBlockThatHasMissedSomethingGoesOnFromALaterState() {
    beginBoth();
    for (int block = 0; block < 2; block++) {
      everywhere(STATE_AT, contribution(block, -1, 0, 1));
    }
    coordinators.getFirst().contribute(contribution(0, 0, 1, 1), output -> {});
    everywhere(STATE_AT + 8, contribution(1, 0, 0, 2));
    fold.fold(STATE_AT + 9, contribution(0, 0, 0, 1));
    assertThat(parameters.newest()).isZero();

    assertThat(fold.begin(coordinators.getFirst().snapshot(), STATE_AT + 9)).isTrue();
    assertThat(fold.fold(STATE_AT + 9, contribution(0, 0, 0, 1))).isTrue();
    coordinators.getFirst().contribute(contribution(0, 0, 0, 1), output -> {});
    assertThat(parameters.newest()).isEqualTo(1);
    assertThat(values()).isEqualTo(coordinated());
  }

  @Test
  void statesThatFitNothingAreRefused() {
    var other = new BlockFold("job", 0, plan(6)).snapshot();
    assertThatThrownBy(() -> fold.begin(other, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("6 floats");
    var torn = new BlockSnapshot(coordinators.getFirst().snapshot().head(), Map.of());
    assertThatThrownBy(() -> fold.begin(torn, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThat(fold.fold(STATE_AT, contribution(7, -1, 0, 1))).isFalse();
  }

  private void beginBoth() {
    begin(0);
    begin(1);
  }

  private void begin(int block) {
    assertThat(fold.begin(coordinators.get(block).snapshot(), STATE_AT)).isTrue();
  }

  private void everywhere(long offset, Contribution contribution) {
    fold.fold(offset, contribution);
    coordinators.get(contribution.block()).contribute(contribution, output -> {});
  }

  private List<Float> values() {
    var flat = parameters.acquire().flat();
    parameters.release();
    return List.of(at(flat, 0), at(flat, 1), at(flat, 2), at(flat, 3));
  }

  private static float at(java.lang.foreign.MemorySegment flat, int index) {
    return flat.getAtIndex(ValueLayout.JAVA_FLOAT, index);
  }

  private List<Float> coordinated() {
    return coordinators.stream()
        .map(block -> block.snapshot().vectors().getOrDefault(BlockSnapshot.CURRENT, new float[0]))
        .flatMap(values -> List.of(values[0], values[1]).stream())
        .toList();
  }

  private static FoldStarted plan(int floats) {
    return new FoldStarted(
        floats,
        floats,
        BLOCK_FLOATS,
        2,
        new Adam(0.9, 0.999, 1e-8, 0),
        0.1,
        new Constant(),
        0,
        10,
        10,
        "engine",
        BlockFold.VERSION,
        null,
        true);
  }

  private static Contribution contribution(int block, long step, int shardFrom, int shards) {
    var payload =
        Vectors.bytes(new float[] {0.3f * (step + 2) + shardFrom, 0.7f - 0.1f * block * step});
    return new Contribution(
        block,
        step,
        shardFrom,
        shards,
        3,
        1.5,
        true,
        "engine",
        Vectors.crc32c(payload),
        payload,
        null);
  }
}
