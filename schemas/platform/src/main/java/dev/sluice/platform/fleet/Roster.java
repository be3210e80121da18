package dev.sluice.platform.fleet;

import dev.sluice.schemas.wire.WorkerHeartbeat;
import dev.sluice.schemas.wire.WorkerLife;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The worker processes that heartbeats come from, each once, also where two have one id.
 * Thread-safe.
 *
 * <p>A worker that is started again under its id is another process: the first heartbeat of the new
 * one shows that the one before has ended. Where that one lives, because two share an id by
 * mistake, its next heartbeat brings it back, and both are listed.
 */
public final class Roster {

  /**
   * What a process said last.
   *
   * @param heartbeat what
   * @param atMs when, on whichever clock the caller has
   */
  public record Heard(WorkerHeartbeat heartbeat, long atMs) {}

  private record Entry(Heard heard, boolean replaced) {}

  private final int processesMax;

  // In the order in which they were heard of last.
  private final Map<WorkerLife, Entry> processes = new LinkedHashMap<>();
  private final Map<String, Set<WorkerLife>> byWorker = new HashMap<>();

  /**
   * @param processesMax most processes listed; one more makes the one that was silent longest go
   */
  public Roster(int processesMax) {
    this.processesMax = processesMax;
  }

  /** Takes a heartbeat over. */
  public synchronized void hear(WorkerHeartbeat heartbeat, long atMs) {
    var who = heartbeat.who();
    boolean known = forget(who);
    if (!known && !heartbeat.leaving()) {
      for (var other : named(who.worker())) {
        processes.computeIfPresent(other, (process, entry) -> new Entry(entry.heard, true));
      }
    }
    processes.put(who, new Entry(new Heard(heartbeat, atMs), false));
    byWorker.computeIfAbsent(who.worker(), worker -> new LinkedHashSet<>()).add(who);
    if (processes.size() > processesMax) {
      forget(processes.keySet().iterator().next());
    }
  }

  private boolean forget(WorkerLife process) {
    byWorker.computeIfPresent(
        process.worker(),
        (worker, lives) -> {
          lives.remove(process);
          return lives.isEmpty() ? null : lives;
        });
    return processes.remove(process) != null;
  }

  private Set<WorkerLife> named(String worker) {
    return byWorker.getOrDefault(worker, Set.of());
  }

  /**
   * A worker id has been taken off the log: whoever said that it leaves has left, and who is silent
   * won't come back. Others of that id are still there.
   *
   * @param silentSinceMs who was heard of before is silent
   * @return those that had said that they leave
   */
  public synchronized List<WorkerLife> remove(String worker, long silentSinceMs) {
    var left = new ArrayList<WorkerLife>();
    for (var who : List.copyOf(named(worker))) {
      of(who)
          .ifPresent(
              heard -> {
                boolean leaving = heard.heartbeat().leaving();
                if (leaving) {
                  left.add(who);
                }
                if (leaving || heard.atMs() < silentSinceMs) {
                  forget(who);
                }
              });
    }
    return left;
  }

  /** Forgets who was not heard of since a time, and returns the ids that nobody has any more. */
  public synchronized List<String> forgetSilent(long sinceMs) {
    var gone =
        processes.values().stream()
            .map(Entry::heard)
            .filter(heard -> heard.atMs() < sinceMs)
            .toList();
    gone.forEach(heard -> forget(heard.heartbeat().who()));
    return gone.stream()
        .map(heard -> heard.heartbeat().worker())
        .distinct()
        .filter(worker -> of(worker).isEmpty())
        .toList();
  }

  /** Who was heard of since a time. */
  public synchronized List<Heard> since(long sinceMs) {
    return processes.values().stream()
        .filter(entry -> !entry.replaced)
        .map(Entry::heard)
        .filter(heard -> heard.atMs() >= sinceMs)
        .toList();
  }

  /** What a process said last. */
  public synchronized Optional<Heard> of(WorkerLife process) {
    return Optional.ofNullable(processes.get(process)).map(Entry::heard);
  }

  /** Processes of a worker id: more than one where they share it by mistake. */
  public synchronized List<Heard> of(String worker) {
    return named(worker).stream()
        .map(processes::get)
        .filter(entry -> entry != null && !entry.replaced)
        .map(Entry::heard)
        .toList();
  }
}
