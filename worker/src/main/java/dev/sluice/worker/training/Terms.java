package dev.sluice.worker.training;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The terms that this worker holds of one job. Generation g of the parameters is what step g is
 * computed from; a generation that exists proves that every shard has contributed to all steps
 * before it, so a group that finds itself behind goes on from there.
 */
public final class Terms {

  /** How far one group is. */
  private static final class Progress {
    final TermGroup group;
    long next;
    long steps;
    long samples;
    long computeNanos;
    boolean announced;

    Progress(TermGroup group) {
      this.group = group;
      this.next = group.fromStep();
    }

    long reached(long generation) {
      return Math.min(group.toStep(), Math.max(next, generation));
    }
  }

  private final Map<String, Progress> held = new LinkedHashMap<>();

  /** Takes a term; one that is held already stays as it is. */
  public void hold(TermGroup group) {
    held.putIfAbsent(group.key(), new Progress(group));
  }

  /** Forgets a term. */
  public void drop(String key) {
    held.remove(key);
  }

  /** Which held tasks these are, in the order in which they came. */
  public Collection<String> keys() {
    return List.copyOf(held.keySet());
  }

  /** Whether none is held. */
  public boolean isEmpty() {
    return held.isEmpty();
  }

  /** Whether a step was computed for any that is held. */
  public boolean haveContributed() {
    return held.values().stream().anyMatch(progress -> progress.steps > 0);
  }

  /** Whether the initial vector is this worker's to send. */
  public boolean sendsInitialVector() {
    return held.values().stream().anyMatch(p -> p.group.sendsInitialVector());
  }

  /**
   * The groups to compute now.
   *
   * @param generation newest generation of which all blocks are here; -1: none
   * @return groups whose step {@code generation} has not been computed, in the order they came
   */
  public List<TermGroup> due(long generation) {
    var due = new ArrayList<TermGroup>();
    for (var progress : held.values()) {
      if (generation >= progress.next && generation < progress.group.toStep()) {
        due.add(progress.group);
      }
    }
    return due;
  }

  /** Notes that a group's contribution to a step has been sent. */
  public void contributed(String key, long step, long samples, long computeNanos) {
    var progress = held.get(key);
    if (progress == null) {
      throw new IllegalStateException("term " + key + " contributed and is not held");
    }
    if (step < progress.next) {
      throw new IllegalStateException("term " + key + " contributed twice to step " + step);
    }
    progress.next = step + 1;
    progress.steps++;
    progress.samples += samples;
    progress.computeNanos += computeNanos;
  }

  /**
   * Ends every term where it is: the ledger gives the rest to whoever is free.
   *
   * @param generation newest generation of which all blocks are here; -1: none
   */
  public List<TermNotice> endAll(long generation) {
    var notices = new ArrayList<TermNotice>();
    held.values().forEach(progress -> notices.add(ended(progress, generation)));
    held.clear();
    return notices;
  }

  private static TermNotice ended(Progress progress, long generation) {
    return new TermNotice.Ended(
        progress.group.key(),
        progress.reached(generation),
        progress.steps,
        progress.samples,
        progress.computeNanos);
  }

  /**
   * What is to be said now. A group is announced once, when it has reached its announceStep; it
   * ends when it has contributed to all of its steps, when others have, or when its time is up.
   *
   * @param generation newest generation of which all blocks are here; -1: none
   * @param nowMs the time
   */
  public List<TermNotice> notices(long generation, long nowMs) {
    var notices = new ArrayList<TermNotice>();
    var progresses = held.values().iterator();
    while (progresses.hasNext()) {
      var progress = progresses.next();
      var group = progress.group;
      long reached = progress.reached(generation);
      if (!progress.announced && reached >= group.announceStep()) {
        progress.announced = true;
        notices.add(new TermNotice.NearlyDone(group.round(), reached));
      }
      if (reached >= group.toStep() || nowMs >= group.endsAtMs()) {
        progresses.remove();
        notices.add(ended(progress, generation));
      }
    }
    return notices;
  }
}
