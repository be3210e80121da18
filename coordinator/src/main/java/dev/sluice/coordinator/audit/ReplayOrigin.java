package dev.sluice.coordinator.audit;

/** What a partition's blocks were derived from. */
public sealed interface ReplayOrigin {

  /** All of the job's records: its start and its initial vector are in the log. */
  record WholeLog() implements ReplayOrigin {}

  /**
   * The fold's state at a place in the log, and what follows there.
   *
   * @param generation generation of the parameters in it, of the block that was furthest back
   */
  record Anchor(long generation) implements ReplayOrigin {}

  /** Nothing: neither is there any more. */
  record Nothing() implements ReplayOrigin {}
}
