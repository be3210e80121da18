package dev.sluice.coordinator.fold;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.fold.BlockSnapshot;
import dev.sluice.schemas.wire.BlockCheckpoint;
import dev.sluice.schemas.wire.Constant;
import dev.sluice.schemas.wire.FoldCursor;
import dev.sluice.schemas.wire.FoldMark;
import dev.sluice.schemas.wire.FoldStarted;
import dev.sluice.schemas.wire.Sgd;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class RetentionTest {

  private static final long BOUND = 1000;
  private static final FoldCursor NEW = new FoldCursor(0, -1, 0, List.of());

  @Test
  void betweenHalfOfTheBoundAndAllOfItStays() {
    var random = new SplittableRandom(7);
    var retention = Retention.resumed(BOUND, NEW);
    long folded = 0;
    for (long offset = 1; offset < 10_000; offset++) {
      folded += 1 + random.nextInt(50);
      if (retention.anchorDue(folded)) {
        retention = retention.with(new FoldMark(offset, folded, offset * 3));
      }
      retention = retention.at(folded);

      var oldest = retention.marks().getFirst();
      assertThat(folded - oldest.foldedBytes()).isLessThanOrEqualTo(BOUND);
      assertThat(folded - oldest.foldedBytes())
          .isGreaterThanOrEqualTo(Math.min(folded, BOUND / 2 - 50));
      assertThat(retention.marks()).hasSizeLessThanOrEqualTo(3);
      assertThat(retention.logFrom(offset)).isEqualTo(oldest.nextOffset());
      assertThat(retention.anchorsFrom()).isEqualTo(Math.max(0, oldest.anchorOffset()));
    }
    assertThat(retention.logFrom(10_000)).isPositive();
  }

  @Test
  void anOldMarkGoesOnlyWhereANewerOneIs() {
    var retention = Retention.resumed(BOUND, NEW).at(50 * BOUND);
    assertThat(retention.logFrom(900)).isZero();
    retention = retention.with(new FoldMark(900, 50 * BOUND, 5)).at(50 * BOUND);
    assertThat(retention.logFrom(900)).isEqualTo(900);
  }

  @Test
  void withoutABoundNothingStays() {
    var before = new FoldCursor(80, -1, 500, List.of(new FoldMark(10, 100, 3)));
    var none = Retention.resumed(0, before).at(600);
    assertThat(none.anchorDue(1_000_000)).isFalse();
    assertThat(none.logFrom(80)).isEqualTo(80);
    assertThat(none.anchorsFrom()).isEqualTo(-1);
  }

  @Test
  void aCheckpointWithoutMarksKeepsTheLogFromThereOn() {
    var retention = Retention.resumed(BOUND, new FoldCursor(80, -1, 500, List.of()));
    assertThat(retention.logFrom(90)).isEqualTo(80);
    assertThat(retention.anchorDue(900)).isFalse();
    assertThat(retention.anchorDue(1000)).isTrue();
  }

  @Test
  void anAnchorHoldsWholeJobsAsFarAsThereIsRoom() {
    var retention = Retention.resumed(BOUND, NEW);
    var blocks =
        List.of(block("a", 0, 50), block("b", 0, 50), block("b", 1, 50), block("c", 0, 25));
    assertThat(retention.anchor(blocks))
        .extracting(block -> block.head().jobId())
        .containsExactly("a", "c");
  }

  private static BlockSnapshot block(String jobId, int number, int floats) {
    var plan =
        new FoldStarted(
            floats,
            floats,
            floats,
            1,
            new Sgd(0, false, 0),
            0.1,
            new Constant(),
            0,
            1,
            1,
            "e",
            1,
            null,
            false);
    var head =
        new BlockCheckpoint(jobId, number, plan, 0, List.of("current"), List.of(), 0, 0, 0, null);
    return new BlockSnapshot(head, Map.of("current", new float[floats]));
  }
}
