package dev.sluice.jobs.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.schemas.wire.Epochs;
import dev.sluice.schemas.wire.Steps;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Who sees which row when is a pure function of the job. */
class SamplingTest {

  @Test
  void everyRowOfAnEpochIsSeenExactlyOnceWhateverTheBatchAndTheShards() {
    Random random = new Random(20_260_101);
    for (int trial = 0; trial < 400; trial++) {
      int rows = 1 + random.nextInt(300);
      int batch = 1 + random.nextInt(rows + 20);
      int shards = 1 << random.nextInt(6);
      long seed = random.nextLong();
      Sampler sampler = new Sampler(seed, batch, shards, rows);
      for (long epoch = 0; epoch < 2; epoch++) {
        int[] seen = new int[rows];
        long first = epoch * sampler.stepsPerEpoch();
        for (long step = first; step < first + sampler.stepsPerEpoch(); step++) {
          for (int shard = 0; shard < shards; shard++) {
            for (int row : sampler.rows(step, shard)) {
              seen[row]++;
            }
          }
        }
        assertThat(seen)
            .as("rows %s, batch %s, shards %s, epoch %s", rows, batch, shards, epoch)
            .containsOnly(1);
      }
    }
  }

  @Test
  void theRowsOfAStepDoNotDependOnHowManyShardsShareThem() {
    int[] alone = Sampling.rows(3, 5, 0, 1, 48, 500);
    for (int shards : new int[] {2, 4, 8, 16}) {
      int[] together =
          IntStream.range(0, shards)
              .flatMap(shard -> Arrays.stream(Sampling.rows(3, 5, shard, shards, 48, 500)))
              .toArray();
      assertThat(together).isEqualTo(alone);
    }
  }

  @Test
  void shardsOfAStepDifferByAtMostOneRow() {
    for (long step = 0; step < 4; step++) {
      int[] lengths = new int[8];
      for (int shard = 0; shard < 8; shard++) {
        lengths[shard] = Sampling.slice(step, shard, 8, 30, 100).length();
      }
      Arrays.sort(lengths);
      assertThat(lengths[7] - lengths[0]).isLessThanOrEqualTo(1);
    }
  }

  @Test
  void theLastStepOfAnEpochTakesWhatIsLeft() {
    assertThat(Sampling.stepsPerEpoch(100, 30)).isEqualTo(4);
    assertThat(Sampling.rows(0, 3, 0, 1, 30, 100)).hasSize(10);
    assertThat(Sampling.rows(0, 4, 0, 1, 30, 100)).hasSize(30);
  }

  @Test
  void theSamplerAgreesWithThePureFunctionInAnyOrderOfQuestions() {
    Sampler sampler = new Sampler(9, 10, 4, 64);
    for (long step : new long[] {0, 13, 6, 7, 0, 700}) {
      for (int shard = 3; shard >= 0; shard--) {
        assertThat(sampler.rows(step, shard)).isEqualTo(Sampling.rows(9, step, shard, 4, 10, 64));
      }
    }
  }

  @Test
  void anotherEpochOrSeedGivesAnotherOrder() {
    int[] order = Sampling.order(1, 0, 1000);
    assertThat(order).isEqualTo(Sampling.order(1, 0, 1000));
    assertThat(order).isNotEqualTo(Sampling.order(1, 1, 1000));
    assertThat(order).isNotEqualTo(Sampling.order(2, 0, 1000));
  }

  @Test
  void theOrderIsUniform() {
    // 6 permutations of 3 rows, 6,000 epochs: chi-squared with 5 degrees of freedom is below 25.7
    // with probability 0.9999.
    int[] counts = new int[27];
    int epochs = 6_000;
    for (long epoch = 0; epoch < epochs; epoch++) {
      int[] order = Sampling.order(77, epoch, 3);
      counts[order[0] * 9 + order[1] * 3 + order[2]]++;
    }
    double expected = epochs / 6.0;
    double chiSquared =
        Arrays.stream(counts)
            .filter(count -> count > 0)
            .mapToDouble(count -> (count - expected) * (count - expected) / expected)
            .sum();
    assertThat(Arrays.stream(counts).filter(count -> count > 0).count()).isEqualTo(6);
    assertThat(chiSquared).isLessThan(25.7);
  }

  @Test
  void theOrderIsPartOfTheWireContractAndDoesNotChange() {
    // A worker of the next release must see the same rows: a change here breaks running jobs.
    assertThat(Sampling.order(1, 0, 10)).containsExactly(5, 8, 6, 2, 4, 1, 3, 7, 9, 0);
    assertThat(Sampling.dropoutSeed(1, 2, 3)).isEqualTo(-6329436339309790664L);
  }

  @Test
  void dropoutSeedsDifferBetweenStepsShardsAndSeeds() {
    Set<Long> seeds = new HashSet<>();
    for (long seed = 0; seed < 10; seed++) {
      for (long step = 0; step < 50; step++) {
        for (int shard = 0; shard < 8; shard++) {
          seeds.add(Sampling.dropoutSeed(seed, step, shard));
        }
      }
    }
    assertThat(seeds).hasSize(10 * 50 * 8);
  }

  @Test
  void stepsInAllComeFromEpochsOrAreGiven() {
    assertThat(Sampling.steps(new Epochs(20), 12)).isEqualTo(240);
    assertThat(Sampling.steps(new Steps(7), 12)).isEqualTo(7);
    assertThatThrownBy(() -> Sampling.steps(new Epochs(Integer.MAX_VALUE), Long.MAX_VALUE))
        .isInstanceOf(ArithmeticException.class);
  }

  @Test
  void aShardThatDoesNotExistIsRefused() {
    assertThatThrownBy(() -> Sampling.slice(0, 4, 4, 10, 100))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
