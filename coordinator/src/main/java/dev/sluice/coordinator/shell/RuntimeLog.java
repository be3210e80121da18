package dev.sluice.coordinator.shell;

import dev.sluice.coordinator.runtime.PartitionRuntime;
import dev.sluice.coordinator.runtime.Unavailable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What people should know of a partition.
 *
 * @param name of the partition
 */
record RuntimeLog(String name) implements PartitionRuntime.Listener {

  private static final Logger LOG = LoggerFactory.getLogger(PartitionRuntime.class);

  @Override
  public void active() {
    LOG.debug("{} goes on.", name);
  }

  @Override
  public void failed(Unavailable why) {
    LOG.warn("{} is taken over again: {}", name, why.getMessage());
  }

  @Override
  public void waits(long at, String what) {
    LOG.warn("{} {}.", name, what);
  }
}
