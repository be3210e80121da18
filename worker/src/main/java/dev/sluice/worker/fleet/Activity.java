package dev.sluice.worker.fleet;

import java.util.List;

/**
 * What a worker is doing, as its computing thread last said.
 *
 * @param running tasks it holds
 * @param jobs jobs that these belong to
 * @param finished tasks done since it started
 * @param samples samples computed since it started: of gradients and of answers
 * @param taskSeconds mean time of the tasks it ended lately, in seconds of its accelerator; 0: it
 *     has ended none
 */
public record Activity(
    int running, List<String> jobs, long finished, long samples, double taskSeconds) {

  /** Nothing yet. */
  public static final Activity NONE = new Activity(0, List.of(), 0, 0, 0);

  public Activity {
    jobs = List.copyOf(jobs);
  }

  /** The same with what others of this worker have done. */
  public Activity and(long moreFinished, long moreSamples) {
    return new Activity(running, jobs, finished + moreFinished, samples + moreSamples, taskSeconds);
  }
}
