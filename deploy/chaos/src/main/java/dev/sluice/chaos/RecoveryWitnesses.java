package dev.sluice.chaos;

import dev.sluice.chaos.PlannedFault.Action;
import dev.sluice.chaos.PlannedFault.Kind;
import java.io.IOException;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Those who see from outside how soon a cluster recovers.
 *
 * @param members the cluster's processes
 * @param tasks who began and ended which task
 * @param owners who folds what
 * @param load jobs in hand
 * @param probe a client that writes to each broker
 */
record RecoveryWitnesses(
    LocalCluster members, TaskLog tasks, Owners owners, Load load, StallProbe probe) {

  /** The probe's last confirmation is no older than that where its partition is served. */
  private static final long SERVED_MS_MAX = 200;

  /**
   * A recovery that is being timed.
   *
   * @param what what was lost, and what counts as recovery
   * @param recovered how long it took
   */
  record Timed(String what, Measure recovered) {}

  /** A time in milliseconds; empty as long as it is not known. */
  interface Measure {
    OptionalLong ms() throws IOException;
  }

  /** Whether a worker has something to lose. */
  boolean hasTasks(Member worker) {
    return !tasks.heldBy(worker.id(), System.currentTimeMillis()).isEmpty();
  }

  /** To be called right before a fault: what there is to be timed. */
  List<Timed> watch(PlannedFault fault, Member victim) throws IOException {
    return switch (fault.kind()) {
      case WORKER -> fault.action() == Action.RESTART ? List.of() : worker(fault, victim.id());
      case COORDINATOR -> coordinator(fault, owners.foldedBy(victim.pid()));
      case BROKER -> broker(fault, victim);
      case PRODUCER -> List.of();
    };
  }

  private List<Timed> worker(PlannedFault fault, String worker) {
    long lostMs = System.currentTimeMillis();
    boolean others =
        members.up(Kind.WORKER).stream()
            .map(Member::id)
            .anyMatch(other -> !other.equals(worker) && tasks.isReady(other));
    if (!others || tasks.heldBy(worker, lostMs).isEmpty()) {
      return List.of(); // How long a JVM takes to start, or a task to come, is another matter.
    }
    return List.of(
        timed(fault, "its tasks begun elsewhere", () -> tasks.elsewhereAfterMs(worker, lostMs)));
  }

  private List<Timed> coordinator(PlannedFault fault, Set<Integer> folded) throws IOException {
    if (folded.isEmpty()) {
      return List.of(); // It had none yet, or nobody can say which.
    }
    long lostMs = System.currentTimeMillis();
    var logs = members.of(Kind.COORDINATOR).stream().map(Member::log).toList();
    var takeovers = new Takeovers(logs, folded, lostMs);
    var takenOver = timed(fault, "its fold partitions taken over", takeovers::lastMs);
    var training = load.training(folded);
    boolean allAtWork =
        members.of(Kind.WORKER).stream()
            .allMatch(worker -> worker.state() == Member.State.UP && tasks.isReady(worker.id()));
    if (!allAtWork || tasks.foldedAt(training, lostMs).isEmpty()) {
      return List.of(takenOver); // None was in the middle of its steps, or it waits for workers.
    }
    // At which step it was is known some moments later, when the log of then was read.
    return List.of(
        takenOver,
        timed(
            fault,
            "its jobs folded further",
            () -> tasks.furtherAfterMs(tasks.foldedAt(training, lostMs), lostMs)));
  }

  /** A stall can be told when the broker is back and its partitions are served. */
  private List<Timed> broker(PlannedFault fault, Member broker) {
    long lostMs = System.currentTimeMillis();
    int node = members.node(broker);
    return List.of(
        timed(
            fault,
            "stall of a client of its partitions",
            () ->
                broker.state() == Member.State.UP
                        && probe.confirmedAfter(node, System.currentTimeMillis() - SERVED_MS_MAX)
                    ? probe.stallMs(node, lostMs)
                    : OptionalLong.empty()));
  }

  private static Timed timed(PlannedFault fault, String what, Measure recovered) {
    return new Timed(
        "%s %s: %s".formatted(fault.kind().word(), fault.action().done(), what), recovered);
  }
}
