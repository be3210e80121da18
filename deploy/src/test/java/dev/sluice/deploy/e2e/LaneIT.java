package dev.sluice.deploy.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.deploy.standalone.Restart;
import dev.sluice.deploy.standalone.WorkerFleet;
import dev.sluice.deploy.standalone.WorkerLaunch;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.platform.process.CacheFolder;
import dev.sluice.producer.api.LaneView;
import dev.sluice.producer.api.QueueView;
import dev.sluice.producer.api.WaitView;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.Priority;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.ListShareGroupOffsetsSpec;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Workers as separate services: whoever starts first, and whether or not someone declared lanes.
 */
final class LaneIT {
  /** Nobody declares it; and coordinators have a group of that name among theirs. */
  private static final String LANE = "ledger";

  @TempDir private Path dir;

  /** What workers of this test do. */
  private static final class News implements WorkerFleet.Listener {
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final List<String> ends = new CopyOnWriteArrayList<>();

    @Override
    public void line(int worker, String line) {
      lines.add(line);
    }

    @Override
    public void ended(int worker, long pid, String how) {
      ends.add(how);
    }
  }

  @Test
  void aWorkerOpensItsLaneAndTheJobThatWaitsForItRuns() throws Exception {
    try (var cluster = Cluster.ofItsOwn();
        var workers = fleet(cluster, new News())) {
      var data = cluster.client().upload(Csv.circles(dir, 400)).artifact();
      var spec =
          TestJobs.train(
              TestJobs.classification(data, "inside"),
              TestJobs.dense(16, 2),
              Objective.CROSS_ENTROPY,
              2,
              "waited");
      var jobId = cluster.client().submit(TestJobs.heldFor(spec, LANE), null).jobId();
      assertThat(cluster.client().job(jobId).status()).isEqualTo("held");

      workers.add(LANE, "host-cpu");

      assertThat(cluster.succeeded(jobId).lane()).isEqualTo(LANE);
      assertThat(lane(cluster, LANE))
          .extracting(LaneView::accelerator, LaneView::workersMin, LaneView::workersMax)
          .containsExactly("host-cpu", 0, 0);

      cluster.client().declareLane(LANE, "host-cpu", 1, 5);
      workers.add(LANE, "host-cpu");
      cluster.eventually("both workers are there", () -> lane(cluster, LANE).workers() == 2);
      assertThat(lane(cluster, LANE))
          .extracting(LaneView::workersMin, LaneView::workersMax)
          .containsExactly(1, 5);
    }
  }

  @Test
  void aWorkerDoesNotServeALaneOfAnotherAccelerator() throws Exception {
    var news = new News();
    try (var cluster = Cluster.ofItsOwn();
        var workers = fleet(cluster, news)) {
      new JobsTopic(cluster).declare(new Lane("npus", "an-npu", 0, 4));
      cluster.eventually("the lane is known", () -> knows(cluster, "npus"));

      workers.add("npus", "host-cpu");

      cluster.eventually("the worker has ended", () -> !news.ends.isEmpty());
      assertThat(news.ends.getFirst()).contains("exit code 2");
      assertThat(news.lines.getLast()).contains("npus", "an-npu", "host-cpu");
    }
  }

  @Test
  void whatIsCancelledLeavesALaneThatHasNoWorker() throws Exception {
    try (var cluster = Cluster.ofItsOwn();
        var admin = Admin.create(KafkaSettings.of(cluster.bootstrapServers()).admin());
        var workers = fleet(cluster, new News())) {
      cluster.client().declareLane(LANE, "host-cpu", 0, 4);
      expectTheOnlyTaskToLeave(cluster, admin);

      var first = submit(cluster, "first");
      var second = submit(cluster, "second");
      var third = submit(cluster, "third");
      cluster.eventually("all wait", () -> waiting(cluster) == 3);
      long all = lag(admin);
      cluster.client().cancel(second);
      cluster.eventually("it waits no more", () -> waiting(cluster) == 2);
      assertThat(lag(admin)).as("what stands behind a task that is wanted").isEqualTo(all);
      cluster.client().cancel(first);
      // With each task brokers count the marker of its transaction.
      cluster.eventually("both have left", () -> lag(admin) == all / 3);

      workers.add(LANE, "host-cpu");
      cluster.succeeded(third);
      cluster.eventually("nothing is left", () -> lag(admin) == 0);
    }
  }

  /** Sluice's own lag leaves it out at once; Kafka's, by which others may scale, in a moment. */
  private void expectTheOnlyTaskToLeave(Cluster cluster, Admin admin) throws Exception {
    var jobId = submit(cluster, "only");
    cluster.eventually(
        "it waits for a worker",
        () ->
            new WaitView("worker", "waits for a worker of lane " + LANE)
                .equals(cluster.client().job(jobId).waitsFor()));
    cluster.eventually("its task waits", () -> waiting(cluster) == 1);
    cluster.client().cancel(jobId);
    cluster.eventually("its task waits no more", () -> waiting(cluster) == 0);
    assertThat(cluster.client().job(jobId).waitsFor()).isNull();
    cluster.eventually("it has left", () -> lag(admin) == 0);
  }

  private String submit(Cluster cluster, String name) throws Exception {
    var data = cluster.client().upload(Csv.circles(dir, 400)).artifact();
    var spec =
        TestJobs.train(
            TestJobs.classification(data, "inside"),
            TestJobs.dense(16, 2),
            Objective.CROSS_ENTROPY,
            2,
            name);
    return cluster.client().submit(TestJobs.heldFor(spec, LANE), null).jobId();
  }

  private static long lag(Admin admin) throws Exception {
    return lag(admin, LANE, Topic.tasks(LANE, Priority.NORMAL));
  }

  /** As {@code kafka-share-groups --describe} has it; everything before the first offset is. */
  static long lag(Admin admin, String lane, String topic) throws Exception {
    var group = Topic.shareGroup(lane);
    var partition = new TopicPartition(topic, 0);
    var spec = new ListShareGroupOffsetsSpec().topicPartitions(List.of(partition));
    var info =
        admin
            .listShareGroupOffsets(Map.of(group, spec))
            .partitionsToOffsetInfo(group)
            .get()
            .get(partition);
    return info == null
        ? admin.listOffsets(Map.of(partition, OffsetSpec.latest())).all().get().values().stream()
            .mapToLong(ListOffsetsResultInfo::offset)
            .sum()
        : info.lag().orElseThrow();
  }

  @Test
  void aWorkerThatCrashesInNativeCodeSaysSoInASentenceAndIsStartedAgain() throws Exception {
    var news = new News();
    var scratch = dir.resolve("tmp");
    try (var cluster = Cluster.ofItsOwn();
        var workers = fleet(cluster, scratch, Restart.CRASHED, news)) {
      workers.add("crashes", "host-cpu");
      cluster.eventually("it serves", () -> serves(news, 1));
      removeAll(scratch);

      Cluster.signal("-SEGV", List.copyOf(workers.pids().values()));

      cluster.eventually("the next one serves", () -> serves(news, 2));
      assertThat(news.ends).hasSize(1);
      assertThat(news.ends.getFirst())
          .startsWith("crashed in native code (SIGSEGV in ")
          .contains("; the details are in " + CacheFolder.path().resolve("crashes"))
          .endsWith(", and is started again");
      assertThat(news.lines).noneMatch(line -> line.startsWith("#"));

      workers.kill(1);
      cluster.eventually("it has ended", () -> news.ends.size() == 2);
      assertThat(news.ends.getLast()).isEqualTo("was killed");
      assertThat(workers.expected()).as("who is killed stays dead").isZero();
    }
  }

  /** As cleaners of temporary files do. */
  private static void removeAll(Path folder) throws IOException {
    try (var files = Files.walk(folder)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    }
  }

  private static boolean serves(News news, int times) {
    return news.lines.stream().filter(line -> line.contains(" serves lane ")).count() == times;
  }

  private static long waiting(Cluster cluster) throws Exception {
    return cluster.client().lag().lanes().stream()
        .filter(queue -> queue.name().equals(LANE))
        .mapToLong(QueueView::waiting)
        .findFirst()
        .orElse(-1);
  }

  private WorkerFleet fleet(Cluster cluster, News news) {
    return fleet(cluster, dir, Restart.NONE, news);
  }

  private static WorkerFleet fleet(Cluster cluster, Path scratch, Restart restart, News news) {
    var launch = new WorkerLaunch(cluster.bootstrapServers(), "512m", scratch, true, Map.of());
    return new WorkerFleet(launch, restart, news);
  }

  private static boolean knows(Cluster cluster, String lane) throws Exception {
    return cluster.client().lanes().stream().anyMatch(known -> known.lane().equals(lane));
  }

  private static LaneView lane(Cluster cluster, String lane) throws Exception {
    return cluster.client().lanes().stream()
        .filter(known -> known.lane().equals(lane))
        .findFirst()
        .orElseThrow();
  }
}
