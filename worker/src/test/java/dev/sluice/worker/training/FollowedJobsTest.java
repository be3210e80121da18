package dev.sluice.worker.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.fold.BlockFold;
import dev.sluice.schemas.codec.Vectors;
import dev.sluice.schemas.wire.Constant;
import dev.sluice.schemas.wire.FoldStarted;
import dev.sluice.schemas.wire.ParameterBlock;
import dev.sluice.schemas.wire.Sgd;
import java.lang.foreign.Arena;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Asked for again is what has not come, and no more than that. */
class FollowedJobsTest {

  private static final long RETRY_MS = 100;

  private final FollowedJobs jobs = new FollowedJobs(RETRY_MS);
  private final JobParameters parameters =
      new JobParameters("job", new Blocks(1, 1), Arena::ofShared);

  @AfterEach
  void close() {
    parameters.close();
  }

  @Test
  void parametersThatDontComeAreAskedForEverMoreSeldom() {
    jobs.follow(parameters, null, 0);
    assertThat(jobs.due(RETRY_MS - 1)).isEmpty();
    assertThat(jobs.due(RETRY_MS)).containsExactly(parameters);
    assertThat(jobs.due(RETRY_MS + 1)).isEmpty();
    assertThat(jobs.due(3 * RETRY_MS)).containsExactly(parameters);
  }

  @Test
  void whoHasParametersAsksAgainAfterALongSilence() {
    jobs.follow(parameters, null, 0);
    var payload = Vectors.bytes(new float[] {1});
    var block = new ParameterBlock("job", 0, 0, Vectors.crc32c(payload), payload);
    assertThat(jobs.accept(parameters, block)).isTrue();
    assertThat(jobs.due(50)).isEmpty();
    assertThat(jobs.due(5 * RETRY_MS)).isEmpty();
    assertThat(jobs.due(50 + 10 * RETRY_MS)).containsExactly(parameters);
  }

  @Test
  void whoFoldsAsksUntilItHasTheState() {
    var fold = new LocalFold(parameters);
    jobs.follow(parameters, fold, 0);
    assertThat(jobs.folds("job")).containsExactly(fold);
    assertThat(jobs.folds(parameters)).isTrue();
    assertThat(jobs.due(RETRY_MS)).containsExactly(parameters);

    assertThat(jobs.wantsState("job")).isTrue();

    fold.begin(new BlockFold("job", 0, plan()).snapshot(), 3);
    assertThat(jobs.wantsState("job")).isFalse();
    assertThat(jobs.due(9 * RETRY_MS)).isEmpty();
    // One that has not come further for long may have missed something.
    assertThat(jobs.due(10 * RETRY_MS)).containsExactly(parameters);
    assertThat(jobs.wantsState("job")).isTrue();

    parameters.offer(0, 0, new float[] {1});
    assertThat(jobs.due(11 * RETRY_MS)).isEmpty();
    assertThat(jobs.wantsState("job")).isFalse();

    fold.forget(0);
    assertThat(jobs.due(1_000 * RETRY_MS)).containsExactly(parameters);
  }

  @Test
  void whatIsLeftIsNotFollowed() {
    jobs.follow(parameters, new LocalFold(parameters), 0);
    jobs.leave(parameters);
    assertThat(jobs.all()).isEmpty();
    assertThat(jobs.folds("job")).isEmpty();
    assertThat(jobs.folds(parameters)).isFalse();
  }

  private static FoldStarted plan() {
    return new FoldStarted(
        1,
        1,
        1,
        1,
        new Sgd(0, false, 0),
        0.1,
        new Constant(),
        0,
        1,
        1,
        "engine",
        BlockFold.VERSION,
        null,
        true);
  }
}
