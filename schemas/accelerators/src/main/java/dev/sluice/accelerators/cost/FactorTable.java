package dev.sluice.accelerators.cost;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * Takes factors out of a list by name, and knows which were never asked for and which are missing.
 */
final class FactorTable {

  private final Map<String, Map<String, Double>> values = new TreeMap<>();
  private final List<String> missing = new ArrayList<>();

  FactorTable(List<Factor> factors) {
    for (var factor : factors) {
      values
          .computeIfAbsent(factor.name(), name -> new TreeMap<>())
          .put(factor.key(), factor.value());
    }
  }

  /** A factor that there is one of. */
  double one(String name) {
    return take(name, "");
  }

  /** A factor of which each of some constants has one. */
  <E extends Enum<E>> Map<E, Double> each(
      String name, Class<E> type, List<E> constants, Function<E, String> key) {
    var each = new EnumMap<E, Double>(type);
    for (var constant : constants) {
      each.put(constant, take(name, key.apply(constant)));
    }
    return each;
  }

  /** All that are left of a factor whose keys are open, such as ids of models. */
  Map<String, Double> open(String name) {
    var open = values.remove(name);
    return open == null ? Map.of() : new HashMap<>(open);
  }

  /** The factor of one key. */
  double take(String name, String key) {
    var value = optional(name, key);
    if (value.isEmpty()) {
      missing.add(Factor.id(name, key));
    }
    return value.orElse(1);
  }

  /** The factor of one key, which may be absent. */
  OptionalDouble optional(String name, String key) {
    var group = values.get(name);
    var value = group == null ? null : group.remove(key);
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  /**
   * Checks that everything was there, and nothing else.
   *
   * @throws IllegalArgumentException if not
   */
  void end() {
    var unknown = new TreeSet<String>();
    values.forEach(
        (name, group) -> group.keySet().forEach(key -> unknown.add(Factor.id(name, key))));
    if (!missing.isEmpty() || !unknown.isEmpty()) {
      throw new IllegalArgumentException(
          "Factors are missing: " + missing + "; the model knows none called: " + unknown + ".");
    }
  }
}
