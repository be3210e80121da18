package dev.sluice.schemas.fleet;

import dev.sluice.schemas.wire.WorkerHeartbeat;
import dev.sluice.schemas.wire.WorkerLife;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The processes that heartbeats come from, each once, whatever they call themselves. Thread-safe.
 *
 * <p>A worker that is started again under its id is another process: the first word of the new one
 * says that the one before has ended. Should that have been said of one that lives, because two
 * share an id by mistake, its next heartbeat brings it back, and both are listed.
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

  /**
   * @param processesMax most processes listed; one more makes the one that was silent longest go
   */
  public Roster(int processesMax) {
    this.processesMax = processesMax;
  }

  /** Takes a heartbeat over. */
  public synchronized void hear(WorkerHeartbeat heartbeat, long atMs) {
    boolean known = processes.remove(heartbeat.who()) != null;
    if (!known && !heartbeat.leaving()) {
      processes.replaceAll(
          (process, entry) ->
              process.worker().equals(heartbeat.worker()) ? new Entry(entry.heard, true) : entry);
    }
    processes.put(heartbeat.who(), new Entry(new Heard(heartbeat, atMs), false));
    if (processes.size() > processesMax) {
      processes.remove(processes.keySet().iterator().next());
    }
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
    for (var entry : List.copyOf(processes.values())) {
      var heard = entry.heard;
      var who = heard.heartbeat().who();
      if (!who.worker().equals(worker)) {
        continue;
      }
      if (heard.heartbeat().leaving()) {
        left.add(who);
      }
      if (heard.heartbeat().leaving() || heard.atMs() < silentSinceMs) {
        processes.remove(who);
      }
    }
    return left;
  }

  /** Forgets who was not heard of since a time, and returns the ids that nobody has any more. */
  public synchronized List<String> forgetSilent(long sinceMs) {
    var gone =
        processes.values().stream()
            .map(Entry::heard)
            .filter(heard -> heard.atMs < sinceMs)
            .toList();
    gone.forEach(heard -> processes.remove(heard.heartbeat().who()));
    return gone.stream()
        .map(heard -> heard.heartbeat().worker())
        .distinct()
        .filter(worker -> of(worker).isEmpty())
        .toList();
  }

  /** Who was heard of since a time. */
  public synchronized List<Heard> since(long sinceMs) {
    return listed().filter(heard -> heard.atMs() >= sinceMs).toList();
  }

  private Stream<Heard> listed() {
    return processes.values().stream().filter(entry -> !entry.replaced).map(Entry::heard);
  }

  /** What a process said last. */
  public synchronized Optional<Heard> of(WorkerLife process) {
    return Optional.ofNullable(processes.get(process)).map(Entry::heard);
  }

  /** Processes of a worker id: more than one where they share it by mistake. */
  public synchronized List<Heard> of(String worker) {
    return listed().filter(heard -> heard.heartbeat().worker().equals(worker)).toList();
  }
}
