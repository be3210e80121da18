package dev.sluice.deploy.e2e;

import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.producer.jobs.JobIds;
import dev.sluice.schemas.topics.Groups;
import dev.sluice.schemas.topics.Topic;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;

/**
 * A coordinator in a process of its own, beside the cluster's and others; it shares the partitions
 * with them. Those that came last are ended first.
 */
final class SecondCoordinator implements AutoCloseable {
  private static final int KEYS_MAX = 10_000;

  private final Cluster cluster;
  private final Admin admin;
  private final OwnProcess process;
  private final int others;
  private final Map<String, Set<TopicPartition>> owned = new HashMap<>();

  private SecondCoordinator(Cluster cluster, Admin admin, OwnProcess process, int others) {
    this.cluster = cluster;
    this.admin = admin;
    this.process = process;
    this.others = others;
  }

  /** Starts it, and returns when all coordinators have partitions of ledger and fold. */
  static SecondCoordinator beside(Cluster cluster, String... settings) throws Exception {
    var admin = Admin.create(KafkaSettings.of(cluster.bootstrapServers()).admin());
    var ledgers = ids(members(admin, Groups.LEDGER));
    var folds = ids(members(admin, Groups.FOLD));
    var second = new SecondCoordinator(cluster, admin, start(cluster, settings), ledgers.size());
    try {
      cluster.eventually(
          "all coordinators decide", () -> second.shares(describe(admin, Groups.LEDGER), ledgers));
      cluster.eventually(
          "all coordinators fold", () -> second.shares(describe(admin, Groups.FOLD), folds));
      return second;
    } catch (Exception | AssertionError e) {
      second.close();
      throw e;
    }
  }

  private static OwnProcess start(Cluster cluster, String... settings) throws IOException {
    var arguments = new ArrayList<>(List.of("coordinator", "--bootstrap-servers"));
    arguments.add(cluster.bootstrapServers());
    for (var setting : settings) {
      arguments.addAll(List.of("--set", setting));
    }
    return OwnProcess.start("second coordinator", arguments);
  }

  private boolean shares(ConsumerGroupDescription group, Set<String> before) {
    var members = group.members();
    if (group.groupState() != GroupState.STABLE
        || members.size() != before.size() + 1
        || members.stream().anyMatch(member -> partitions(member).isEmpty())) {
      return false;
    }
    members.stream()
        .filter(member -> !before.contains(member.consumerId()))
        .forEach(member -> owned.put(group.groupId(), partitions(member)));
    return owned.containsKey(group.groupId());
  }

  /** An idempotency key whose job is decided on and folded by this coordinator. */
  String keyOfItsOwn(String tenant) {
    return IntStream.range(0, KEYS_MAX)
        .mapToObj(number -> "second-" + number)
        .filter(key -> owns(JobIds.derived(tenant, key)))
        .findFirst()
        .orElseThrow();
  }

  private boolean owns(String jobId) {
    return has(Groups.LEDGER, Topic.JOBS, jobId)
        && has(Groups.FOLD, Topic.GRADIENTS, Topic.blockKey(jobId, 0));
  }

  private boolean has(String group, Topic topic, String key) {
    int partition = Topic.partition(key, topic.partitions());
    return owned.getOrDefault(group, Set.of()).stream()
        .anyMatch(p -> p.topic().equals(topic.topicName()) && p.partition() == partition);
  }

  /** Ends it as {@code kill -9} does. */
  void kill() {
    process.close();
  }

  /** Tells it to stop, as SIGTERM does; returns its exit code. */
  int terminate() throws Exception {
    return process.terminate();
  }

  /** How many coordinators the brokers count as owners of ledger and fold partitions. */
  static List<Integer> owners(Admin admin) throws Exception {
    return List.of(members(admin, Groups.LEDGER).size(), members(admin, Groups.FOLD).size());
  }

  /** How many of a job's blocks it folds. */
  int blocksOf(String jobId, int blocks) {
    return (int)
        IntStream.range(0, blocks)
            .filter(block -> has(Groups.FOLD, Topic.GRADIENTS, Topic.blockKey(jobId, block)))
            .count();
  }

  /** Ends it, and returns when the others have all partitions again. */
  @Override
  public void close() {
    kill();
    try {
      for (var group : List.of(Groups.LEDGER, Groups.FOLD)) {
        cluster.eventually(
            "the others are left in " + group, () -> members(admin, group).size() == others);
      }
    } catch (Exception e) {
      throw new AssertionError("the second coordinator is not gone", e);
    } finally {
      admin.close();
    }
  }

  private static Set<TopicPartition> partitions(MemberDescription member) {
    return member.assignment().topicPartitions();
  }

  private static Set<String> ids(Collection<MemberDescription> members) {
    return members.stream().map(MemberDescription::consumerId).collect(Collectors.toSet());
  }

  private static Collection<MemberDescription> members(Admin admin, String group) throws Exception {
    return describe(admin, group).members();
  }

  private static ConsumerGroupDescription describe(Admin admin, String group) throws Exception {
    return Cluster.present(
            admin.describeConsumerGroups(List.of(group)).describedGroups().get(group))
        .get(Cluster.READY_MAX.toSeconds(), TimeUnit.SECONDS);
  }
}
