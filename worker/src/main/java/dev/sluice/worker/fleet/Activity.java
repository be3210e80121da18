package dev.sluice.worker.fleet;

import java.util.List;

/**
 * What a worker is doing, as its computing thread last said.
 *
 * @param running tasks it holds
 * @param jobs jobs that these belong to
 * @param finished tasks done since it started
 * @param samples samples computed since it started: of gradients and of answers
 */
public record Activity(int running, List<String> jobs, long finished, long samples) {

  /** Nothing yet. */
  public static final Activity NONE = new Activity(0, List.of(), 0, 0);

  public Activity {
    jobs = List.copyOf(jobs);
  }
}
