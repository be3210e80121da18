package dev.sluice.producer.lag;

/** Which of the tasks in a lane's topics are still to be done. */
public interface LiveTasks {

  /**
   * Whether a task is open: its job has not ended, and it has neither moved to another lane nor
   * been dispatched anew. True where that is not known.
   */
  boolean isOpen(String lane, String jobId, String taskId, int attempt);
}
