package dev.sluice.chaos;

import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.schemas.topics.Groups;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which coordinator folds which partitions, as the brokers have it. */
final class Owners implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Owners.class);

  private static final int ASK_MS_MAX = 3_000;

  private final Admin admin;

  Owners(KafkaSettings kafka) {
    admin = Admin.create(kafka.admin());
  }

  /**
   * Partitions that a coordinator folds; none where that can't be known now.
   *
   * @param pid its process id
   */
  Set<Integer> foldedBy(long pid) {
    var owned = new TreeSet<Integer>();
    try {
      var group =
          admin
              .describeConsumerGroups(
                  List.of(Groups.FOLD), new DescribeConsumerGroupsOptions().timeoutMs(ASK_MS_MAX))
              .all()
              .get(2L * ASK_MS_MAX, TimeUnit.MILLISECONDS)
              .get(Groups.FOLD);
      if (group != null) {
        for (var member : group.members()) {
          if (member.clientId().equals("coordinator-" + pid)) {
            member.assignment().topicPartitions().forEach(part -> owned.add(part.partition()));
          }
        }
      }
    } catch (ExecutionException | TimeoutException e) {
      LOG.debug("Who folds what is not known: {}", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return owned;
  }

  @Override
  public void close() {
    admin.close(Duration.ofSeconds(2));
  }
}
