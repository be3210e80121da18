package dev.sluice.worker.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.schemas.codec.Vectors;
import dev.sluice.schemas.topics.Topic;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JobParametersTest {

  private static final int LAST_BLOCK_FLOATS = 5;
  private static final long FLOATS = 2L * Topic.BLOCK_FLOATS + LAST_BLOCK_FLOATS;

  private static final Blocks BLOCKS = Blocks.of(FLOATS);

  private final JobParameters parameters = new JobParameters("job", BLOCKS, Arena::ofShared);

  @AfterEach
  void close() {
    parameters.close();
  }

  /** A block whose values say which block and generation it is. */
  private static ByteBuffer block(int block, long generation) {
    var values = new float[BLOCKS.bytes(block) / Float.BYTES];
    Arrays.fill(values, (float) (generation * 10 + block));
    return Vectors.bytes(values);
  }

  private boolean offer(int block, long generation) {
    return parameters.offer(block, generation, block(block, generation));
  }

  private void offerAll(long generation) {
    for (int block = 0; block < 3; block++) {
      offer(block, generation);
    }
  }

  private static float value(JobParameters.Generation generation, int block) {
    return generation.flat().getAtIndex(ValueLayout.JAVA_FLOAT, (long) block * Topic.BLOCK_FLOATS);
  }

  private static void isWhole(JobParameters.Generation generation) {
    for (int block = 0; block < 3; block++) {
      assertThat(value(generation, block))
          .isEqualTo((float) (generation.generation() * 10 + block));
    }
  }

  @Test
  void aGenerationIsCompleteWhenAllItsBlocksAreHere() {
    assertThat(BLOCKS.count()).isEqualTo(3);
    assertThat(offer(2, 0)).isFalse();
    assertThat(offer(0, 0)).isFalse();
    assertThat(parameters.newest()).isEqualTo(-1);
    assertThat(offer(1, 0)).isTrue();
    assertThat(parameters.newest()).isZero();
    isWhole(parameters.acquire());
  }

  @Test
  void blocksThatComeTwiceOrTooLateChangeNothing() {
    offerAll(4);
    assertThat(offer(0, 4)).isFalse();
    assertThat(offer(0, 3)).isFalse();
    assertThat(parameters.newest()).isEqualTo(4);
    isWhole(parameters.acquire());
  }

  @Test
  void whatIsBeingReadStaysAsItIs() {
    offerAll(0);
    var read = parameters.acquire();
    for (long generation = 1; generation <= 6; generation++) {
      offerAll(generation);
    }
    assertThat(read.generation()).isZero();
    isWhole(read);
    parameters.release();
    isWhole(parameters.acquire());
    assertThat(parameters.newest()).isEqualTo(6);
  }

  @Test
  void whoComesLateSkipsGenerationsThatItSawAPartOf() {
    offer(0, 5);
    offer(1, 6);
    offer(0, 6);
    offer(0, 7);
    offer(2, 7);
    assertThat(parameters.newest()).isEqualTo(-1);
    assertThat(offer(1, 7)).isTrue();
    isWhole(parameters.acquire());
  }

  @Test
  void blocksOfTheWrongLengthAreRefused() {
    assertThatThrownBy(() -> parameters.offer(2, 0, block(0, 0)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("does not fit");
    assertThatThrownBy(() -> parameters.offer(3, 0, block(2, 0)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void blocksInAnyOrderLeadToTheNewestWholeGeneration() {
    var random = new Random(11);
    for (int round = 0; round < 50; round++) {
      try (var some = new JobParameters("job", BLOCKS, Arena::ofShared)) {
        int generations = 1 + random.nextInt(4);
        for (long g = 0; g < generations; g++) {
          int[] order = {0, 1, 2};
          int swapped = random.nextInt(3);
          int first = order[swapped];
          order[swapped] = order[0];
          order[0] = first;
          for (int block : order) {
            some.offer(block, g, block(block, g));
          }
        }
        assertThat(some.newest()).isEqualTo(generations - 1);
        isWhole(some.acquire());
      }
    }
  }

  @Test
  void nothingComesInAfterClosing() {
    offerAll(0);
    parameters.close();
    assertThat(offer(0, 1)).isFalse();
    assertThatThrownBy(parameters::acquire).isInstanceOf(IllegalStateException.class);
  }
}
