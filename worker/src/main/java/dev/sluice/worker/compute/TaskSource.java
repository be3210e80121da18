package dev.sluice.worker.compute;

import dev.sluice.schemas.wire.Task;
import dev.sluice.worker.lease.Intake;

/** The intake, as whoever runs its tasks sees it. */
public interface TaskSource {

  /** {@link Intake#want}. */
  void want(boolean another, long seen);

  /** {@link Intake#ended}. */
  void ended(String key, long micros);

  /** {@link Intake#done}. */
  void done(String key);

  /** {@link Intake#giveBack}. */
  void giveBack(String key);

  /** {@link Intake#dropped}. */
  void dropped(Task task);

  /** {@link Intake#suspicion}, as it was when last looked. */
  boolean suspicion();
}
