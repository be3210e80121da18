package dev.sluice.worker.queue;

/** Where taken tasks go. Called by the intake's thread, or by a producer's; must not block. */
public interface TaskSink {

  /** A task is held and can be run. */
  void arrived(HeldTask task);

  /**
   * The broker no longer counts a task as held by this worker; another may run it by now. Whoever
   * runs it here tells the queue when it has {@link TaskQueue#dropped dropped} it.
   */
  void lost(String key);
}
