package dev.sluice.schemas.cost;

import java.util.EnumMap;
import java.util.function.Function;

/** A value for every constant of an enum, so that looking one up always finds one. */
final class EnumTable<K extends Enum<K>, V> {

  private final EnumMap<K, V> values;

  private EnumTable(EnumMap<K, V> values) {
    this.values = values;
  }

  static <K extends Enum<K>, V> EnumTable<K, V> of(Class<K> keys, Function<K, V> value) {
    var values = new EnumMap<K, V>(keys);
    for (var key : keys.getEnumConstants()) {
      values.put(key, value.apply(key));
    }
    return new EnumTable<>(values);
  }

  V get(K key) {
    var value = values.get(key);
    if (value == null) {
      throw new IllegalStateException("The table has no value for " + key + ".");
    }
    return value;
  }
}
