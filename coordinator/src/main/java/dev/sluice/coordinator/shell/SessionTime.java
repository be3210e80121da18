package dev.sluice.coordinator.shell;

import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.config.ConfigResource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How long a coordinator may be silent: what is wished, as far as the brokers allow it. */
final class SessionTime {

  private static final Logger LOG = LoggerFactory.getLogger(SessionTime.class);

  private static final String LEAST = "group.min.session.timeout.ms";
  private static final long ASK_SECONDS_MAX = 30;

  private SessionTime() {}

  /**
   * The time to use, in milliseconds. Brokers refuse members whose session is shorter than their
   * least one, 6 s unless configured otherwise.
   */
  static int allowed(Admin admin, int wishedMs) {
    try {
      var nodes = admin.describeCluster().nodes().get(ASK_SECONDS_MAX, TimeUnit.SECONDS);
      var broker =
          new ConfigResource(ConfigResource.Type.BROKER, nodes.iterator().next().idString());
      var config =
          admin.describeConfigs(List.of(broker)).all().get(ASK_SECONDS_MAX, TimeUnit.SECONDS);
      var settings = config.get(broker);
      var least = settings == null ? null : settings.get(LEAST);
      if (least != null && Integer.parseInt(least.value()) > wishedMs) {
        LOG.warn(
            "A dead coordinator is noticed after {} ms, not {}: set {} of the brokers lower.",
            least.value(),
            wishedMs,
            LEAST);
        return Integer.parseInt(least.value());
      }
    } catch (ExecutionException | TimeoutException e) {
      // Whoever may not read the brokers' settings finds out when it joins.
      LOG.debug("{} is not known: {}", LEAST, e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return wishedMs;
  }
}
