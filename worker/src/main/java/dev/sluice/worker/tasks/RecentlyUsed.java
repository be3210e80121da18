package dev.sluice.worker.tasks;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;

/**
 * What was used last, up to a number of values and a number of bytes. For one thread.
 *
 * @param <K> name of a value
 * @param <V> value
 */
public final class RecentlyUsed<K, V> {

  private final int valuesMax;
  private final long bytesMax;
  private final ToLongFunction<V> bytes;
  private final Consumer<V> dropped;
  private final LinkedHashMap<K, V> values = new LinkedHashMap<>(16, 0.75f, true);
  private long bytesHeld;

  /**
   * @param valuesMax most values kept
   * @param bytesMax most bytes kept; the value used last is kept whatever its size
   * @param bytes size of a value
   * @param dropped told of a value that is no longer kept
   */
  public RecentlyUsed(int valuesMax, long bytesMax, ToLongFunction<V> bytes, Consumer<V> dropped) {
    this.valuesMax = valuesMax;
    this.bytesMax = bytesMax;
    this.bytes = bytes;
    this.dropped = dropped;
  }

  /** The value of a name, if it is kept; it counts as used. */
  public Optional<V> get(K key) {
    return Optional.ofNullable(values.get(key));
  }

  /** Keeps a value, and drops those that have not been used for longest where there is no room. */
  public void put(K key, V value) {
    var former = values.put(key, value);
    bytesHeld += bytes.applyAsLong(value);
    if (former != null) {
      drop(former);
    }
    var oldest = values.entrySet().iterator();
    while (values.size() > 1 && (values.size() > valuesMax || bytesHeld > bytesMax)) {
      Map.Entry<K, V> entry = oldest.next();
      oldest.remove();
      drop(entry.getValue());
    }
  }

  /** Drops everything. */
  public void clear() {
    values.values().forEach(this::drop);
    values.clear();
  }

  private void drop(V value) {
    bytesHeld -= bytes.applyAsLong(value);
    dropped.accept(value);
  }
}
