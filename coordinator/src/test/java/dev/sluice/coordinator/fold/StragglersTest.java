package dev.sluice.coordinator.fold;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.fold.FoldOutput;
import dev.sluice.schemas.wire.Contribution;
import dev.sluice.schemas.wire.GradientRecord;
import dev.sluice.schemas.wire.ShardsLate;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Shards are late by what the others of their step took, and nothing else is. */
final class StragglersTest {

  private static final long LEAST_MS = 200;

  private final Stragglers stragglers = new Stragglers(3, LEAST_MS);
  private long nowMs = 5_000;

  @Test
  void shardsAreLateAfterSeveralTimesWhatHalfOfThemTook() {
    aWholeStep(1);
    opens(2);
    after(400, () -> contributes(2, 0, 2));
    assertThat(lateAfter(799)).isEmpty();
    assertThat(lateAfter(1)).containsExactly(new ShardsLate("j", 2, List.of(2, 3)));
  }

  @Test
  void shortStepsAreGivenALeastTime() {
    aWholeStep(1);
    opens(2);
    after(2, () -> contributes(2, 2, 2));
    assertThat(lateAfter(LEAST_MS - 3)).isEmpty();
    assertThat(lateAfter(1)).containsExactly(new ShardsLate("j", 2, List.of(0, 1)));
  }

  @Test
  void itIsSaidAgainWhileTheyAreLateAndNoLongerOnceTheyHaveCome() {
    aWholeStep(1);
    opens(2);
    contributes(2, 0, 2);
    contributes(2, 2, 1);
    assertThat(lateAfter(LEAST_MS)).containsExactly(new ShardsLate("j", 2, List.of(3)));
    assertThat(lateAfter(LEAST_MS - 1)).isEmpty();
    assertThat(lateAfter(1)).containsExactly(new ShardsLate("j", 2, List.of(3)));
    contributes(2, 3, 1);
    assertThat(lateAfter(10 * LEAST_MS)).isEmpty();
  }

  @Test
  void nobodyIsLateWhereMostAreMissing() {
    aWholeStep(1);
    opens(2);
    contributes(2, 0, 1);
    // The network, the brokers or this process may be slow, or the job be at its end.
    assertThat(lateAfter(100_000)).isEmpty();
  }

  @Test
  void lateContributionsToAStepThatIsOverAreNothing() {
    aWholeStep(1);
    opens(2);
    contributes(1, 0, 2);
    contributes(1, 2, 2);
    assertThat(lateAfter(100_000)).isEmpty();
  }

  @Test
  void theSameParametersAgainDontBeginAStepAnew() {
    aWholeStep(1);
    opens(2);
    contributes(2, 0, 2);
    after(LEAST_MS - 1, () -> opens(2));
    assertThat(lateAfter(1)).hasSize(1);
  }

  @Test
  void groupsThatThereCannotBeAreNone() {
    aWholeStep(1);
    opens(2);
    contributes(2, -1, 1);
    contributes(2, 0, -2);
    contributes(2, 0, Integer.MAX_VALUE);
    contributes(2, Integer.MAX_VALUE, 2);
    contributes(2, 0, 2);
    assertThat(lateAfter(LEAST_MS))
        .singleElement()
        .satisfies(late -> assertThat(late.shards()).containsExactly(2, 3));
  }

  @Test
  void aJobThatIsOverIsForgotten() {
    aWholeStep(1);
    opens(2);
    contributes(2, 0, 2);
    stragglers.keep(Set.of());
    assertThat(lateAfter(LEAST_MS)).isEmpty();
  }

  private void aWholeStep(long step) {
    opens(step);
    contributes(step, 0, 2);
    contributes(step, 2, 2);
  }

  private void opens(long generation) {
    stragglers.opened(generation(0, generation), nowMs);
    // Blocks advance one by one, and the others are not looked at.
    stragglers.opened(generation(1, generation + 1), nowMs);
  }

  private static FoldOutput.Generation generation(int block, long number) {
    return new FoldOutput.Generation("j", block, number, new float[0], true, false);
  }

  private void contributes(long step, int from, int shards) {
    var entry =
        new Contribution(
            0, step, from, shards, shards, 0, true, "engine", 0, ByteBuffer.allocate(0), null);
    stragglers.folded(new GradientRecord("j", entry), nowMs);
  }

  private void after(long ms, Runnable then) {
    nowMs += ms;
    then.run();
  }

  private List<ShardsLate> lateAfter(long ms) {
    nowMs += ms;
    return stragglers.late(nowMs);
  }
}
