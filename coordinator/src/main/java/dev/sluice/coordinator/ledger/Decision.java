package dev.sluice.coordinator.ledger;

import dev.sluice.schemas.topics.StateKeys;
import dev.sluice.schemas.wire.StoredState;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Collects what a decision changes and sends. The last change of a key is the one that counts. */
public final class Decision {

  private final Map<String, StoredState> changes = new LinkedHashMap<>();
  private final List<Effect> effects = new ArrayList<>();

  /** States that are new, by key. */
  public Map<String, StoredState> changes() {
    return changes;
  }

  /** What is to be sent, in order. */
  public List<Effect> effects() {
    return effects;
  }

  /** Lanes that tasks go to. */
  public Set<String> lanes() {
    return effects.stream()
        .filter(Effect.Dispatch.class::isInstance)
        .map(effect -> ((Effect.Dispatch) effect).lane())
        .collect(Collectors.toUnmodifiableSet());
  }

  void change(StoredState state) {
    changes.put(StateKeys.of(state), state);
  }

  void send(Effect effect) {
    effects.add(effect);
  }
}
