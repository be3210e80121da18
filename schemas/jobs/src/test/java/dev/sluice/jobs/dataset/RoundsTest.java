package dev.sluice.jobs.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RoundsTest {

  @Test
  void everyStepIsInOneRoundAndEveryRoundInOneEpoch() {
    var random = new Random(5);
    for (int run = 0; run < 500; run++) {
      long perEpoch = 1L + random.nextInt(20);
      var rounds = new Rounds(perEpoch, 1 + random.nextInt(100), 1 + random.nextInt(25));
      long next = 0;
      for (long round = 0; round < rounds.count(); round++) {
        assertThat(rounds.from(round)).as("%s at %d", rounds, round).isEqualTo(next);
        next = rounds.to(round);
        assertThat(next).isBetween(rounds.from(round) + 1, rounds.from(round) + rounds.local());
        assertThat((next - 1) / perEpoch).isEqualTo(rounds.from(round) / perEpoch);
        assertThat(round / rounds.perEpoch()).isEqualTo(rounds.from(round) / perEpoch);
      }
      assertThat(next).as("%s", rounds).isEqualTo(rounds.steps());
    }
  }

  @Test
  void withoutLocalStepsARoundIsAStep() {
    var rounds = new Rounds(7, 40, 1);
    assertThat(rounds.perEpoch()).isEqualTo(7);
    assertThat(rounds.count()).isEqualTo(40);
    assertThat(rounds.from(23)).isEqualTo(23);
    assertThat(rounds.to(23)).isEqualTo(24);
  }

  @Test
  void replicasVisitEachRowOfAnEpochOnce() {
    int rows = 103;
    int batch = 10;
    int shards = 4;
    var rounds = new Rounds(Sampling.stepsPerEpoch(rows, batch), 33, 4);
    int[] visits = new int[rows];
    for (long round = rounds.perEpoch(); round < 2 * rounds.perEpoch(); round++) {
      for (int shard = 0; shard < shards; shard++) {
        for (long step = rounds.from(round); step < rounds.to(round); step++) {
          for (int row : Sampling.rows(9, step, shard, shards, batch, rows)) {
            visits[row]++;
          }
        }
      }
    }
    assertThat(Arrays.stream(visits)).containsOnly(1);
  }
}
