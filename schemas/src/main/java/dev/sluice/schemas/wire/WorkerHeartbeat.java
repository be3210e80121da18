package dev.sluice.schemas.wire;

import java.util.List;

/**
 * One record of sluice.fleet.
 *
 * @param worker worker id
 * @param lane lane it serves
 * @param accelerator accelerator model as in the catalogue
 * @param modelled whether its figures are modelled rather than measured
 * @param engine engine fingerprint
 * @param host host name
 * @param pid process id
 * @param running tasks it holds
 * @param jobs jobs that these belong to
 * @param finished tasks done since it started
 * @param samplesPerSecond samples per second over the last heartbeat
 * @param startedMs when it started, on its own clock
 * @param leaving whether it is about to leave
 * @param taskSeconds mean time of the tasks it ended lately, in seconds of its accelerator; 0: it
 *     has ended none
 * @param life which process of that id it is: drawn at random when it starts
 * @param upMs milliseconds since it started; -1: not known
 */
public record WorkerHeartbeat(
    String worker,
    String lane,
    String accelerator,
    boolean modelled,
    String engine,
    String host,
    long pid,
    int running,
    List<String> jobs,
    long finished,
    double samplesPerSecond,
    long startedMs,
    boolean leaving,
    double taskSeconds,
    String life,
    long upMs) {
  public WorkerHeartbeat {
    jobs = List.copyOf(jobs);
  }

  /** The process that says so. */
  public WorkerLife who() {
    return new WorkerLife(worker, life);
  }
}
