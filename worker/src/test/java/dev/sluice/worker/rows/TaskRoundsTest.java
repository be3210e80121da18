package dev.sluice.worker.rows;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Which tasks are answered together, by how often they were delivered. */
class TaskRoundsTest {

  private static List<List<Integer>> rounds(Integer... deliveries) {
    return TaskRounds.of(List.of(deliveries), each -> each, new Random(1));
  }

  @Test
  void newTasksAreOneRoundAndThoseThatWereNeverAnsweredAreNotRunSoTheyDoNoHarmThere() {
    assertThat(rounds(1, 5, 1, 9)).containsExactly(List.of(1, 5, 1, 9));
    assertThat(rounds()).isEmpty();
  }

  @Test
  void suspectsComeAloneAfterAllOthersThoseDeliveredMostOftenLast() {
    assertThat(rounds(4, 1, 3, 1, 4))
        .containsExactly(List.of(1, 1), List.of(3), List.of(4), List.of(4));
  }

  @Test
  void whatComesForTheSecondTimeComesInParts() {
    var rounds = rounds(Collections.nCopies(80, 2).toArray(Integer[]::new));
    assertThat(rounds).hasSize(8).allMatch(round -> round.size() == 10);
    assertThat(rounds(2)).containsExactly(List.of(2));
    assertThat(rounds(2, 1, 2)).containsExactly(List.of(1), List.of(2), List.of(2));
  }

  /** One task ends each worker; how many of the others are then counted out with it. */
  @Test
  void mostOfThoseBesideADeadlyTaskGetAwayBeforeItIsGivenUp() {
    var random = new Random(7);
    int lost = 0;
    int runs = 100;
    for (int run = 0; run < runs; run++) {
      var left = IntStream.range(0, 200).boxed().toList();
      for (int delivery = 1; delivery < Taken.DELIVERIES_MAX; delivery++) {
        int times = delivery;
        var rounds = TaskRounds.of(left, each -> times, random);
        int deadly =
            IntStream.range(0, rounds.size())
                .filter(i -> rounds.get(i).contains(0))
                .findFirst()
                .orElseThrow();
        left = rounds.subList(deadly, rounds.size()).stream().flatMap(List::stream).toList();
      }
      lost += left.size() - 1;
    }
    assertThat(lost / runs).as("innocent tasks of 199").isLessThan(40);
  }
}
