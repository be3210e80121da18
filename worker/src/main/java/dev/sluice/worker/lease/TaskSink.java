package dev.sluice.worker.lease;

/** Where tasks go that are to be run. Must not block. */
public interface TaskSink {

  /** A task is held and is to be run. */
  void arrived(HeldTask task);

  /**
   * The broker no longer counts a task as held by this worker; another may run it by now. Whoever
   * runs it here tells the intake when it has {@link Intake#dropped dropped} it.
   */
  void lost(String key);
}
