package dev.sluice.worker.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class TermsTest {

  private static final long NO_GENERATION = -1;
  private static final long NOW = 1_000;

  private final Terms terms = new Terms();

  private static TermGroup group(String key, int shardFrom, int shards, long from, long to) {
    return new TermGroup(key, shardFrom, shards, from, to, 7, to - 2, NOW + 20_000);
  }

  private List<String> due(long generation) {
    return terms.due(generation).stream().map(TermGroup::key).toList();
  }

  @Test
  void nothingIsDueBeforeTheFirstGeneration() {
    terms.hold(group("a", 0, 4, 0, 10));
    assertThat(due(NO_GENERATION)).isEmpty();
  }

  @Test
  void aStepIsDueOnceForEveryGroup() {
    terms.hold(group("a", 0, 2, 0, 10));
    terms.hold(group("b", 2, 2, 0, 10));
    assertThat(due(0)).containsExactly("a", "b");
    terms.contributed("a", 0, 8, 1);
    assertThat(due(0)).containsExactly("b");
    terms.contributed("b", 0, 8, 1);
    assertThat(due(0)).isEmpty();
    assertThat(due(1)).containsExactly("a", "b");
  }

  @Test
  void aGroupOfALaterTermWaitsForItsFirstStep() {
    terms.hold(group("later", 0, 4, 10, 20));
    assertThat(due(9)).isEmpty();
    assertThat(due(10)).containsExactly("later");
  }

  @Test
  void aGroupThatIsBehindGoesOnFromTheNewestGeneration() {
    terms.hold(group("redelivered", 2, 2, 0, 10));
    assertThat(due(6)).containsExactly("redelivered");
    terms.contributed("redelivered", 6, 8, 1);
    assertThat(due(6)).isEmpty();
    assertThat(due(7)).containsExactly("redelivered");
  }

  @Test
  void whoLeavesEndsEveryTermWhereItIsAndHoldsNoneAfterwards() {
    terms.hold(group("a", 0, 2, 0, 10));
    terms.hold(group("b", 2, 2, 20, 30));
    assertThat(terms.haveContributed()).isFalse();
    terms.contributed("a", 3, 8, 5);
    assertThat(terms.haveContributed()).isTrue();
    assertThat(terms.endAll(3))
        .containsExactly(
            new TermNotice.Ended("a", 4, 1, 8, 5), new TermNotice.Ended("b", 20, 0, 0, 0));
    assertThat(terms.isEmpty()).isTrue();
    assertThat(terms.endAll(3)).isEmpty();
  }

  @Test
  void aTermEndsWhenItHasContributedToItsLastStep() {
    terms.hold(group("a", 0, 4, 0, 3));
    terms.contributed("a", 0, 8, 5);
    terms.contributed("a", 1, 8, 5);
    assertThat(terms.notices(1, NOW)).containsExactly(new TermNotice.NearlyDone(7, 2));
    terms.contributed("a", 2, 4, 5);
    assertThat(terms.notices(2, NOW)).containsExactly(new TermNotice.Ended("a", 3, 3, 20, 15));
    assertThat(terms.isEmpty()).isTrue();
  }

  @Test
  void aTermIsAnnouncedOnce() {
    terms.hold(group("a", 0, 4, 0, 10));
    terms.contributed("a", 7, 8, 1);
    assertThat(terms.notices(7, NOW)).containsExactly(new TermNotice.NearlyDone(7, 8));
    terms.contributed("a", 8, 8, 1);
    assertThat(terms.notices(8, NOW)).isEmpty();
  }

  @Test
  void aTermThatOthersHaveFinishedEndsAtItsEnd() {
    terms.hold(group("a", 0, 4, 0, 10));
    assertThat(terms.notices(25, NOW))
        .containsExactly(new TermNotice.NearlyDone(7, 10), new TermNotice.Ended("a", 10, 0, 0, 0));
  }

  @Test
  void aTermWhoseTimeIsUpEndsWhereItIs() {
    terms.hold(group("a", 0, 4, 0, 10));
    terms.contributed("a", 3, 8, 1);
    assertThat(terms.notices(4, NOW + 19_999)).isEmpty();
    assertThat(terms.notices(4, NOW + 20_000))
        .containsExactly(new TermNotice.Ended("a", 4, 1, 8, 1));
  }

  @Test
  void aTermThatNeverSawAGenerationReachesItsFirstStep() {
    terms.hold(group("a", 4, 4, 5, 10));
    assertThat(terms.notices(NO_GENERATION, NOW + 20_000))
        .containsExactly(new TermNotice.Ended("a", 5, 0, 0, 0));
  }

  @Test
  void onlyTheFirstShardsOfTheFirstStepSendTheInitialVector() {
    terms.hold(group("others", 2, 2, 0, 10));
    terms.hold(group("later", 0, 2, 10, 20));
    assertThat(terms.sendsInitialVector()).isFalse();
    terms.hold(group("first", 0, 2, 0, 10));
    assertThat(terms.sendsInitialVector()).isTrue();
  }

  @Test
  void aDroppedTermSaysNothingMore() {
    terms.hold(group("a", 0, 4, 0, 10));
    terms.drop("a");
    assertThat(due(3)).isEmpty();
    assertThat(terms.notices(10, NOW + 20_000)).isEmpty();
  }

  @Test
  void contributingTwiceToAStepIsADefect() {
    terms.hold(group("a", 0, 4, 0, 10));
    terms.contributed("a", 4, 8, 1);
    assertThatThrownBy(() -> terms.contributed("a", 4, 8, 1))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("twice to step 4");
  }

  @Test
  void groupsAreAlignedPowersOfTwo() {
    assertThatThrownBy(() -> group("a", 0, 3, 0, 1)).hasMessageContaining("power of two");
    assertThatThrownBy(() -> group("a", 2, 4, 0, 1)).hasMessageContaining("shard 2");
    assertThatThrownBy(() -> group("a", 0, 4, 2, 1)).hasMessageContaining("no term");
  }
}
