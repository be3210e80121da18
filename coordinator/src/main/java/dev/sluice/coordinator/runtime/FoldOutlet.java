package dev.sluice.coordinator.runtime;

import dev.sluice.fold.BlockSnapshot;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.DeadLetter;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.ParameterBlock;

/** Whom a fold partition talks to. Nothing here waits; what is lost on its way is found out. */
public interface FoldOutlet {

  /** Publishes a block of parameters. */
  void publish(ParameterBlock block);

  /**
   * Hands the state of a block to workers that fold by themselves.
   *
   * @param nextOffset offset of the next record to fold
   */
  void handOver(BlockSnapshot state, long nextOffset);

  /** Whether some of what was published was lost since this was asked last. */
  boolean takeUnpublished();

  /** Tells the ledger. A checkpoint does not go beyond what was told and is not stored. */
  void report(JobEvent event);

  /** Writes a letter about a record; as {@link #report}. */
  void bury(String kind, DeadLetter letter);

  /** Says that a record of a job makes no sense; it changes nothing. */
  void reject(String jobId, Cause cause, LogRecord<?> record);
}
