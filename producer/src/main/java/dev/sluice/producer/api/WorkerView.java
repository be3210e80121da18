package dev.sluice.producer.api;

import java.util.List;

/**
 * A worker.
 *
 * @param worker worker id
 * @param lane lane that it serves
 * @param accelerator accelerator model
 * @param modelled whether its figures are modelled rather than measured
 * @param engine engine fingerprint
 * @param host host name
 * @param pid process id
 * @param running tasks in hand
 * @param jobs jobs that these belong to
 * @param finished tasks done since it started
 * @param samplesPerSecond at its last heartbeat
 * @param startedMs when it started, on the brokers' clock
 * @param upMs milliseconds since then
 * @param heardMs when it was last heard of
 * @param leaving whether it is about to leave
 * @param taskSeconds mean time of the tasks it ended lately, in seconds of its accelerator; 0: none
 * @param life which process of that id it is
 * @param processes processes that say this id; more than one only by mistake
 * @param silent whether it was not heard of for longer than the limit
 */
public record WorkerView(
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
    long upMs,
    long heardMs,
    boolean leaving,
    double taskSeconds,
    String life,
    int processes,
    boolean silent) {}
