package dev.sluice.worker.lease;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;

/**
 * When locks are renewed: those of one member together, because a share consumer returns nothing
 * new and lets nothing be acknowledged that is left out, and the next time only when the last one
 * was answered, however long that takes.
 */
final class Renewals {

  /** Locks are renewed after this part of their time, so that two renewals may fail. */
  private static final int RENEWALS_PER_LOCK = 3;

  private final Map<Integer, Locks> locks = new HashMap<>();

  private static final class Locks {
    long lockMs;
    long renewAtMs;
    List<String> underWay = List.of();
  }

  /** A member has got records that are locked for so long. */
  void locked(int member, long lockMs, long nowMs) {
    var own = locks.computeIfAbsent(member, any -> new Locks());
    own.lockMs = lockMs;
    own.renewAtMs = nowMs + lockMs / RENEWALS_PER_LOCK;
  }

  /** Whether a renewal of a record was not answered yet. */
  boolean underWay(int member, String key) {
    var own = locks.get(member);
    return own != null && own.underWay.contains(key);
  }

  /** Names of records whose renewal has been answered. */
  List<String> answered(int member) {
    var own = locks.get(member);
    if (own == null) {
      return List.of();
    }
    var answered = own.underWay;
    own.underWay = List.of();
    return answered;
  }

  void forget(int member) {
    locks.remove(member);
  }

  /**
   * Renews what is due.
   *
   * @param held names of the records that a member holds
   */
  void due(long nowMs, IntFunction<List<String>> held, List<LeaseCommand> commands) {
    locks.forEach(
        (member, own) -> {
          if (nowMs < own.renewAtMs || !own.underWay.isEmpty()) {
            return;
          }
          var keys = held.apply(member);
          if (!keys.isEmpty()) {
            own.underWay = keys;
            // From when it is asked for, as nobody knows when the broker has done it.
            own.renewAtMs = nowMs + own.lockMs / RENEWALS_PER_LOCK;
            commands.add(new LeaseCommand.Renew(member, keys));
          }
        });
  }

  /** When a renewal is due at the latest, of members that hold something. */
  long nextMs(long latestMs, IntPredicate isEmpty) {
    long next = latestMs;
    for (var entry : locks.entrySet()) {
      var own = entry.getValue();
      if (own.underWay.isEmpty() && own.renewAtMs < next && !isEmpty.test(entry.getKey())) {
        next = own.renewAtMs;
      }
    }
    return next;
  }
}
