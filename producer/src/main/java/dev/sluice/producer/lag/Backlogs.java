package dev.sluice.producer.lag;

import java.util.List;
import java.util.Map;

/** Reads backlogs from the cluster. */
public interface Backlogs extends AutoCloseable {

  /**
   * Backlogs by queue name. A queue whose topics don't exist yet has none.
   *
   * @throws LagUnavailable where the cluster does not answer in time
   */
  Map<String, List<Backlog>> read(List<Queue> queues) throws LagUnavailable;

  /** Partitions that stood still when they were last read, with what is known of why. */
  default List<Standstill> standstills() {
    return List.of();
  }

  @Override
  void close();

  /** The cluster did not answer. */
  final class LagUnavailable extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * @param what what was asked for
     * @param cause why it did not come
     */
    public LagUnavailable(String what, Throwable cause) {
      super("Could not " + what + ": " + cause, cause);
    }
  }
}
