package dev.sluice.coordinator.fold;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.fold.BlockFold;
import dev.sluice.fold.FoldOutput;
import dev.sluice.schemas.codec.Vectors;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Attached;
import dev.sluice.schemas.wire.Constant;
import dev.sluice.schemas.wire.Contribution;
import dev.sluice.schemas.wire.FoldStarted;
import dev.sluice.schemas.wire.FoldStopped;
import dev.sluice.schemas.wire.GradientEntry;
import dev.sluice.schemas.wire.GradientRecord;
import dev.sluice.schemas.wire.Sgd;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whoever joins a job is sent its parameters, and many who join are sent them together. */
final class JoinersTest {

  private static final String JOB = "job";
  private static final String ENGINE = "engine";
  private static final int BLOCKS = 4;
  private static final int WORKERS = 16;

  /** How long the job rests after an answer with one generation. */
  private static final long REST_MS =
      (long) BLOCKS * Topic.BLOCK_FLOATS * Float.BYTES / Joiners.BYTES_PER_MS;

  private final PartitionFold fold = new PartitionFold(0, 1, 1 << 20);
  private final List<String> published = new ArrayList<>();
  private long nowMs = 1_000;

  @BeforeEach
  void aJobWaitsForItsFirstStep() {
    int floats = BLOCKS * Topic.BLOCK_FLOATS;
    give(
        new FoldStarted(
            floats,
            floats,
            Topic.BLOCK_FLOATS,
            1,
            new Sgd(0, false, 0),
            0.1,
            new Constant(),
            0,
            2,
            3,
            ENGINE,
            BlockFold.VERSION,
            null,
            false));
    contribute(-1);
    answer();
    published.clear();
  }

  @Test
  void oneWhoJoinsIsAnsweredAtOnce() {
    attach();
    assertThat(answer()).containsExactly("0@0", "1@0", "2@0", "3@0");
    assertThat(answer()).isEmpty();
  }

  @Test
  void allWhoAskAtOneTimeAreAnsweredOnce() {
    for (int worker = 0; worker < WORKERS; worker++) {
      attach();
    }
    assertThat(answer()).hasSize(BLOCKS);
  }

  @Test
  void whoAsksSoonAfterAnAnswerIsAnsweredWithAllOthersThatDo() {
    for (int worker = 0; worker < WORKERS; worker++) {
      attach();
      answer();
      nowMs++;
    }
    assertThat(published).hasSize(BLOCKS);
    nowMs += REST_MS;
    assertThat(answer()).hasSize(BLOCKS);
    nowMs += REST_MS;
    assertThat(answer()).isEmpty();
  }

  @Test
  void stepsThatAreMadeMeanwhileAreTheAnswer() {
    attach();
    answer();
    attach();
    answer();
    contribute(0); // the generation before is kept until the next step shows that all have this one
    contribute(1);
    published.clear();
    nowMs += 2 * REST_MS;
    assertThat(answer()).as("published since they asked, or needed by nobody").isEmpty();
  }

  @Test
  void whereOneBlockIsAheadTheGenerationThatTheOthersAreAtIsPublishedAgain() {
    attach();
    contribute(0, 2);
    published.clear();
    assertThat(answer()).containsExactly("0@0", "1@0", "2@0", "3@0");
  }

  @Test
  void aJobThatHasEndedAnswersNobody() {
    attach();
    give(new FoldStopped("CANCELLED"));
    assertThat(answer()).isEmpty();
    attach();
    assertThat(answer()).isEmpty();
  }

  /** What is published now, as block@generation. */
  private List<String> answer() {
    int before = published.size();
    fold.answer(nowMs, this::take);
    return List.copyOf(published.subList(before, published.size()));
  }

  private void attach() {
    give(new Attached("w", false));
  }

  private void contribute(long step) {
    for (int block = 0; block < BLOCKS; block++) {
      contribute(step, block);
    }
  }

  private void contribute(long step, int block) {
    var payload = Vectors.bytes(new float[Topic.BLOCK_FLOATS]);
    give(
        new Contribution(
            block, step, 0, 1, 1, 0.5, true, ENGINE, Vectors.crc32c(payload), payload, null));
  }

  private void give(GradientEntry entry) {
    fold.apply(new GradientRecord(JOB, entry), this::take);
  }

  private void take(FoldOutput output) {
    if (output instanceof FoldOutput.Generation generation) {
      published.add(generation.block() + "@" + generation.number());
    }
  }
}
