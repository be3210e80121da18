package dev.sluice.worker.rows;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToIntFunction;
import java.util.random.RandomGenerator;

/**
 * Which of the tasks that came together are answered together. All of a round is settled before the
 * next one begins, so that a task which ends this worker takes along those of its round and those
 * that come later, and no others.
 *
 * <p>Tasks that come for the first time are one round. A first redelivery is hardly suspicious, but
 * with one that ended a worker come hundreds that it only had beside it: they are taken in parts.
 * Later ones come alone. Both are in random order, because those behind a deadly task are delivered
 * once more with it: each time, half of those that are left get away.
 */
public final class TaskRounds {

  /** Parts of what comes for the second time. */
  private static final int PARTS = 8;

  private TaskRounds() {}

  /**
   * Tasks in rounds.
   *
   * @param found what came together
   * @param delivery how often each was delivered
   * @param random decides the order of those that may be deadly
   * @return all of them, each once
   */
  public static <T> List<List<T>> of(
      List<T> found, ToIntFunction<T> delivery, RandomGenerator random) {
    var first = new ArrayList<T>();
    var second = new ArrayList<T>();
    var suspects = new ArrayList<T>();
    for (var each : found) {
      int times = delivery.applyAsInt(each);
      // What is exhausted isn't run, so it is no danger to the others.
      (times <= 1 || times >= Taken.DELIVERIES_MAX ? first : times == 2 ? second : suspects)
          .add(each);
    }
    var rounds = new ArrayList<List<T>>();
    if (!first.isEmpty()) {
      rounds.add(first);
    }
    shuffle(second, random);
    int part = Math.ceilDiv(second.size(), PARTS);
    for (int from = 0; from < second.size(); from += part) {
      rounds.add(List.copyOf(second.subList(from, Math.min(second.size(), from + part))));
    }
    shuffle(suspects, random);
    suspects.sort(Comparator.comparingInt(delivery));
    suspects.forEach(each -> rounds.add(List.of(each)));
    return rounds;
  }

  private static <T> void shuffle(List<T> list, RandomGenerator random) {
    for (int i = list.size() - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      var moved = list.get(i);
      list.set(i, list.get(other));
      list.set(other, moved);
    }
  }
}
