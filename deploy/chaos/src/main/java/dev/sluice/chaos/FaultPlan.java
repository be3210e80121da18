package dev.sluice.chaos;

import dev.sluice.chaos.PlannedFault.Action;
import dev.sluice.chaos.PlannedFault.Kind;
import dev.sluice.jobs.dataset.SplitMix64;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * Which faults happen, and when: a function of a seed. The first ones are one of each; after that
 * they are dealt from decks in which the usual ones are more frequent.
 */
final class FaultPlan {

  /** How many cards of a deck do what to which process. */
  private static final Map<Kind, Map<Action, Integer>> DECK =
      Map.of(
          Kind.WORKER, Map.of(Action.KILL, 5, Action.HANG, 2, Action.RESTART, 1),
          Kind.COORDINATOR, Map.of(Action.KILL, 3, Action.HANG, 1, Action.RESTART, 1),
          Kind.PRODUCER, Map.of(Action.KILL, 1, Action.HANG, 1, Action.RESTART, 1),
          Kind.BROKER, Map.of(Action.KILL, 2, Action.HANG, 1, Action.RESTART, 1, Action.FILL, 1));

  /** How many there are. */
  static final int EACH = DECK.values().stream().mapToInt(Map::size).sum();

  private static final int OVERLAPS_OF = 10;
  private static final int OVERLAPS = 3;

  private static final long PAUSE_MS_MIN = 300;
  private static final long PAUSE_MS_MAX = 2_000;

  private record Card(Kind kind, Action action) {}

  private final SplitMix64 random;

  private FaultPlan(long seed) {
    random = SplitMix64.keyed(seed);
  }

  /**
   * Deals faults.
   *
   * @param seed what decides
   * @param count how many
   */
  static List<PlannedFault> of(long seed, int count) {
    var plan = new FaultPlan(seed);
    var faults = new ArrayList<PlannedFault>();
    var deck = plan.shuffled(oneOfEach());
    while (faults.size() < count) {
      if (deck.isEmpty()) {
        deck = plan.shuffled(weighted());
      }
      faults.add(plan.fault(deck.removeLast()));
    }
    return List.copyOf(faults);
  }

  private static List<Card> oneOfEach() {
    return weighted().stream().distinct().toList();
  }

  private static List<Card> weighted() {
    var cards = new ArrayList<Card>();
    for (var kind : Kind.values()) {
      for (var action : Action.values()) {
        int copies = DECK.getOrDefault(kind, Map.of()).getOrDefault(action, 0);
        cards.addAll(Collections.nCopies(copies, new Card(kind, action)));
      }
    }
    return cards;
  }

  private List<Card> shuffled(List<Card> cards) {
    var deck = new ArrayList<>(cards);
    for (int i = deck.size() - 1; i > 0; i--) {
      int j = between(0, i);
      deck.set(i, deck.set(j, deck.get(i)));
    }
    return deck;
  }

  private PlannedFault fault(Card card) {
    boolean alone = between(1, OVERLAPS_OF) > OVERLAPS;
    return new PlannedFault(
        card.kind,
        card.action,
        between(0, Integer.MAX_VALUE - 1),
        alone,
        between((int) PAUSE_MS_MIN, (int) PAUSE_MS_MAX),
        lastsMs(card));
  }

  private long lastsMs(Card card) {
    return switch (card.action) {
      case KILL, FILL -> between(1_000, 4_000);
      // Longer than a task's lock, a coordinator's session and a broker's session.
      case HANG -> card.kind == Kind.WORKER ? between(5_000, 9_000) : between(3_000, 6_000);
      case RESTART -> 0;
    };
  }

  private int between(int least, int most) {
    return (int) (least + Long.remainderUnsigned(random.next(), most - (long) least + 1));
  }
}
