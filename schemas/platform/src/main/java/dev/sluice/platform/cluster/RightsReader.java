package dev.sluice.platform.cluster;

import dev.sluice.platform.cluster.ClusterFacts.Denied;
import dev.sluice.schemas.topics.Topic;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.DescribeConsumerGroupsOptions;
import org.apache.kafka.clients.admin.DescribeShareGroupsOptions;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.admin.ShareGroupDescription;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.AuthorizationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks brokers what a process may not do that it will have to. Brokers say it of what there is; of
 * what is yet to be made they say whether it may be looked at, which follows from the rest.
 */
final class RightsReader {

  private static final Logger LOG = LoggerFactory.getLogger(RightsReader.class);

  private static final String READ = "Read";
  private static final String WRITE = "Write";

  private final Set<Denied> denied = new LinkedHashSet<>();

  private RightsReader() {}

  /** What of these a process may not do; what can't be found out is taken for allowed. */
  static List<Denied> denied(Admin admin, Rights rights) {
    var reader = new RightsReader();
    reader.topics(admin, rights.writes());
    reader.groups(
        admin
            .describeConsumerGroups(
                rights.groups(),
                new DescribeConsumerGroupsOptions().includeAuthorizedOperations(true))
            .describedGroups(),
        ConsumerGroupDescription::authorizedOperations);
    reader.groups(
        admin
            .describeShareGroups(
                rights.shareGroups(),
                new DescribeShareGroupsOptions().includeAuthorizedOperations(true))
            .describedGroups(),
        ShareGroupDescription::authorizedOperations);
    reader.transactions(admin, rights.transactionalIds());
    return List.copyOf(reader.denied);
  }

  private void topics(Admin admin, boolean writes) {
    var own = Arrays.stream(Topic.values()).map(Topic::topicName).toList();
    admin
        .describeTopics(own, new DescribeTopicsOptions().includeAuthorizedOperations(true))
        .topicNameValues()
        .values()
        .forEach(
            future -> {
              var asked = new Asked(READ, FactsReader.OWN_TOPICS);
              need(asked, AclOperation.READ, future, TopicDescription::authorizedOperations);
              if (writes) {
                var written = new Asked(WRITE, FactsReader.OWN_TOPICS);
                need(written, AclOperation.WRITE, future, TopicDescription::authorizedOperations);
              }
            });
  }

  private <T> void groups(
      Map<String, KafkaFuture<T>> groups, Function<T, @Nullable Set<AclOperation>> allowed) {
    groups.forEach(
        (group, future) ->
            need(new Asked(READ, "--group " + group), AclOperation.READ, future, allowed));
  }

  private void transactions(Admin admin, List<String> ids) {
    if (ids.isEmpty()) {
      return;
    }
    var described = admin.describeTransactions(ids);
    for (var id : ids) {
      need(
          new Asked(WRITE, "--transactional-id " + id),
          AclOperation.WRITE,
          described.description(id),
          description -> null);
    }
  }

  /** An operation and the resource it is about, as {@code kafka-acls.sh} takes them. */
  private record Asked(String operation, String resource) {}

  private <T> void need(
      Asked asked,
      AclOperation operation,
      KafkaFuture<T> future,
      Function<T, @Nullable Set<AclOperation>> allowed) {
    try {
      var operations =
          allowed.apply(future.get(2L * FactsReader.ASK_MS_MAX, TimeUnit.MILLISECONDS));
      if (operations == null || operations.contains(operation)) {
        return;
      }
    } catch (ExecutionException e) {
      if (!(e.getCause() instanceof AuthorizationException)) {
        LOG.debug("{} is not there yet: {}", asked.resource(), e.toString());
        return;
      }
    } catch (TimeoutException e) {
      LOG.debug("Not known of {}: {}", asked.resource(), e.toString());
      return;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    denied.add(new Denied(asked.operation(), asked.resource()));
  }
}
