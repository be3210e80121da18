package dev.sluice.producer.view;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Keys of {@code sluice.job-states} and {@code sluice.job-facts} whose newest record can't be read:
 * what is shown of them is what the record before said, or nothing. The next state of a key that
 * can be read ends that. Thread-safe.
 */
public final class UnreadStates {

  /** Most keys that are remembered; of more, the oldest is forgotten. */
  static final int KEYS_MAX = 1_000;

  /** What is longer is no key of ours, and pretends to be none. */
  static final int KEY_CHARS_MAX = 256;

  private final Map<String, Unread> keys = new LinkedHashMap<>();

  /**
   * A key.
   *
   * @param key the job, its fact, the model or lane that the record is about, or pretends to be
   * @param place where it stands
   * @param why it can't be read, in a sentence
   */
  public record Unread(String key, String place, String why) {

    /** The same as a sentence. */
    public String what() {
      return "The newest record about it, at " + place + ", can't be read: " + why;
    }
  }

  /** A record was passed over. */
  synchronized void add(String key, String place, String why) {
    if (key.length() > KEY_CHARS_MAX) {
      return;
    }
    keys.put(key, new Unread(key, place, why));
    if (keys.size() > KEYS_MAX) {
      keys.remove(keys.keySet().iterator().next());
    }
  }

  /** Takes over what a newer one holds. */
  void replaceWith(UnreadStates newer) {
    var successors = newer.all();
    synchronized (this) {
      keys.clear();
      successors.forEach(unread -> keys.put(unread.key(), unread));
    }
  }

  /** A state can be read again, or was removed. */
  synchronized void remove(String key) {
    keys.remove(key);
  }

  /** What is not read of a key. */
  public synchronized Optional<Unread> of(String key) {
    return Optional.ofNullable(keys.get(key));
  }

  /** All of it, oldest first. */
  public synchronized List<Unread> all() {
    return List.copyOf(keys.values());
  }
}
