package dev.sluice.coordinator.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.coordinator.audit.AuditReport.Verdict;
import dev.sluice.coordinator.fold.PartitionFold;
import dev.sluice.fold.BlockFold;
import dev.sluice.fold.BlockSnapshot;
import dev.sluice.fold.FoldOutput;
import dev.sluice.schemas.codec.Digests;
import dev.sluice.schemas.codec.Vectors;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Adam;
import dev.sluice.schemas.wire.Affine;
import dev.sluice.schemas.wire.Constant;
import dev.sluice.schemas.wire.Contribution;
import dev.sluice.schemas.wire.EarlyStopping;
import dev.sluice.schemas.wire.FoldStarted;
import dev.sluice.schemas.wire.FoldStopped;
import dev.sluice.schemas.wire.GradientEntry;
import dev.sluice.schemas.wire.GradientRecord;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.ParameterBlock;
import dev.sluice.schemas.wire.ValidationMetric;
import dev.sluice.schemas.wire.ValidationPlan;
import dev.sluice.schemas.wire.ValidationSums;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A job of five blocks over two partitions, with another job's records in between. */
class PartitionReplayTest {

  private static final String JOB = "j";
  private static final String OTHER = "other";
  private static final int PARTITIONS = 2;
  private static final int BLOCKS = 5;
  private static final int SHARDS = 2;
  private static final int STEPS = 12;
  private static final int STEPS_MAX = 24;
  private static final FoldStarted PLAN = plan(null);

  private final List<List<GradientRecord>> logs = List.of(new ArrayList<>(), new ArrayList<>());
  private final Map<Integer, ByteBuffer> trained = new HashMap<>();
  private final List<ParameterBlock> published = new ArrayList<>();

  /** What the fold had after each record, by partition. */
  private final List<List<List<BlockSnapshot>>> states =
      List.of(new ArrayList<>(), new ArrayList<>());

  @BeforeEach
  void train() {
    train(PLAN, STEPS);
  }

  /** Trains to a generation. */
  private void train(FoldStarted plan, long generation) {
    logs.forEach(List::clear);
    states.forEach(List::clear);
    published.clear();
    var random = new SplittableRandom(11);
    for (var job : List.of(JOB, OTHER)) {
      logs.forEach(log -> log.add(new GradientRecord(job, plan)));
    }
    for (long step = -1; step < generation; step++) {
      for (var job : List.of(JOB, OTHER)) {
        for (int block = 0; block < BLOCKS; block++) {
          for (int shard = 0; shard < (step < 0 ? 1 : SHARDS); shard++) {
            append(job, contribution(block, step, shard, random));
          }
        }
      }
    }
    logs.forEach(log -> log.add(new GradientRecord(JOB, new FoldStopped("SUCCEEDED"))));
    for (int partition = 0; partition < PARTITIONS; partition++) {
      var fold = new PartitionFold(partition, PARTITIONS, 1 << 20);
      for (var record : logs.get(partition)) {
        fold.apply(record, this::keep);
        states.get(partition).add(fold.snapshotAll());
      }
    }
  }

  @Test
  void theWholeLogGivesTheModel() {
    var report = AuditReport.of(version(), replayAll(0, new Witnesses()));
    assertThat(report.verdict()).isEqualTo(Verdict.MATCHES);
    assertThat(report.derived()).isEqualTo(version().sha256());
    assertThat(report.parts())
        .allSatisfy(
            part -> {
              assertThat(part.origin()).isEqualTo(new ReplayOrigin.WholeLog());
              assertThat(part.steps()).isEqualTo(STEPS);
              assertThat(part.contributions()).isEqualTo(part.blocks() * (1L + SHARDS * STEPS));
            });
  }

  @Test
  void soDoesEveryAnchorThatTheLogReaches() {
    everyAnchorGivesTheModel();
  }

  private void everyAnchorGivesTheModel() {
    int shortest = logs.stream().mapToInt(List::size).min().orElseThrow();
    for (int at = 2; at < shortest - 1; at++) {
      var report = AuditReport.of(version(), replayAll(at, new Witnesses()));
      assertThat(report.verdict()).as("anchor at %d: %s", at, report).isEqualTo(Verdict.MATCHES);
      assertThat(report.parts())
          .allSatisfy(part -> assertThat(part.origin()).isInstanceOf(ReplayOrigin.Anchor.class));
    }
  }

  @Test
  void aTrainingThatEndedEarlyIsDerivedWithItsBestParameters() {
    // Of epochs of four steps the first is the best one, so that with the third it ends.
    train(plan(new EarlyStopping(2, ValidationMetric.LOSS, 0)), 13);
    assertThat(AuditReport.of(version(), replayAll(0, new Witnesses())).verdict())
        .isEqualTo(Verdict.MATCHES);
    everyAnchorGivesTheModel();
    assertThat(generation(13)).isEqualTo(generation(4)).isNotEqualTo(generation(12));
  }

  /** What was published of a generation, by block. */
  private Map<Integer, ByteBuffer> generation(long number) {
    return published.stream()
        .filter(block -> block.generation() == number)
        .collect(Collectors.toMap(ParameterBlock::block, ParameterBlock::payload, (a, b) -> b));
  }

  @Test
  void withoutBeginningAndAnchorItIsGoneAndSaysSo() {
    var parts = IntStream.range(0, PARTITIONS).mapToObj(p -> replay(p, 5, null, new Witnesses()));
    var report = AuditReport.of(version(), parts.map(PartitionReplay::part).toList());
    assertThat(report.verdict()).isEqualTo(Verdict.GONE);
    assertThat(report.missing())
        .hasSize(PARTITIONS)
        .allSatisfy(
            missing ->
                assertThat(missing)
                    .contains("neither the beginning", "contributions from its end"));
  }

  @Test
  void aLogThatLacksAContributionDoesNotGiveTheModel() {
    logs.getFirst()
        .removeIf(r -> r.entry() instanceof Contribution c && c.step() == 7 && c.shardFrom() == 1);
    var report = AuditReport.of(version(), replayAll(0, new Witnesses()));
    assertThat(report.verdict()).isEqualTo(Verdict.GONE);
    assertThat(report.missing()).singleElement().asString().contains("generation 7 of " + STEPS);
  }

  @Test
  void oneBitInOneContributionDiffersAndIsTracedToItsStep() {
    var witnesses = new Witnesses();
    published.forEach(b -> witnesses.add(b.block(), b.generation(), b.crc(), "parameters"));
    change(4);

    var report = AuditReport.of(version(), replayAll(0, witnesses));

    assertThat(report.verdict()).isEqualTo(Verdict.DIFFERS);
    assertThat(report.difference())
        .hasValueSatisfying(
            difference -> {
              assertThat(difference.generation()).isEqualTo(5);
              assertThat(difference.source()).isEqualTo("parameters");
            });
  }

  @Test
  void aRecordedDigestThatIsWrongDiffersWhereAllElseAgrees() {
    var witnesses = new Witnesses();
    published.forEach(b -> witnesses.add(b.block(), b.generation(), b.crc(), "parameters"));
    var report = AuditReport.of(version("sha256:" + "0".repeat(64)), replayAll(0, witnesses));
    assertThat(report.verdict()).isEqualTo(Verdict.DIFFERS);
    assertThat(report.compared()).isEqualTo(BLOCKS * (1L + STEPS));
    assertThat(report.difference()).isEmpty();
  }

  /** Turns one bit of the first contribution of a step, and its checksum with it. */
  private void change(long step) {
    for (var log : logs) {
      for (int i = 0; i < log.size(); i++) {
        if (log.get(i).jobId().equals(JOB)
            && log.get(i).entry() instanceof Contribution c
            && c.step() == step) {
          var values = Vectors.floats(c.payload());
          values[0] += 0.25f;
          var payload = Vectors.bytes(values);
          log.set(
              i,
              new GradientRecord(
                  JOB,
                  new Contribution(
                      c.block(),
                      step,
                      c.shardFrom(),
                      c.shards(),
                      c.samples(),
                      c.lossSum(),
                      true,
                      c.engine(),
                      Vectors.crc32c(payload),
                      payload,
                      null)));
          return;
        }
      }
    }
    throw new AssertionError("there is no step " + step);
  }

  /** Replays what is left from an offset on, with the anchor that stands there. */
  private List<Part> replayAll(int from, Witnesses witnesses) {
    return IntStream.range(0, PARTITIONS)
        .mapToObj(
            p -> {
              var anchor = from == 0 ? List.<BlockSnapshot>of() : states.get(p).get(from - 1);
              return replay(p, from, anchor, witnesses).part();
            })
        .toList();
  }

  private PartitionReplay replay(
      int partition, int from, @Nullable List<BlockSnapshot> anchor, Witnesses witnesses) {
    var replay = new PartitionReplay(JOB, partition, PARTITIONS, witnesses);
    if (anchor != null) {
      replay.restore(anchor.stream().filter(block -> block.head().jobId().equals(JOB)).toList());
    }
    var log = logs.get(partition);
    for (var record : log.subList(from, log.size())) {
      replay.apply(record);
    }
    return replay;
  }

  private static FoldStarted plan(@Nullable EarlyStopping stopping) {
    return new FoldStarted(
        3 * BLOCKS,
        3 * BLOCKS,
        3,
        SHARDS,
        new Adam(0.9, 0.999, 1e-8, 0),
        0.1,
        new Constant(),
        0,
        4,
        stopping == null ? STEPS : STEPS_MAX,
        "engine",
        BlockFold.VERSION,
        stopping == null ? null : new ValidationPlan(4, stopping),
        false);
  }

  private void append(String job, GradientEntry entry) {
    var key = Topic.blockKey(job, ((Contribution) entry).block());
    logs.get(Topic.partition(key, PARTITIONS)).add(new GradientRecord(job, entry));
  }

  private void keep(FoldOutput output) {
    if (output instanceof FoldOutput.Generation generation && generation.jobId().equals(JOB)) {
      var block = generation.published();
      published.add(block);
      trained.put(block.block(), block.payload());
    }
  }

  private static Contribution contribution(
      int block, long step, int shard, SplittableRandom random) {
    var values = new float[3];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    var payload = Vectors.bytes(values);
    var sums = step > 0 && step % 4 == 0 ? new ValidationSums(1, 1, 0, step, 0) : null;
    return new Contribution(
        block, step, shard, 1, 4, 2.0, true, "engine", Vectors.crc32c(payload), payload, sums);
  }

  private ModelVersion version() {
    var digest = Digests.sha256();
    for (int block = 0; block < BLOCKS; block++) {
      digest.update(trained.getOrDefault(block, ByteBuffer.allocate(0)).duplicate());
    }
    return version(Digests.text(digest));
  }

  private static ModelVersion version(String sha256) {
    var scale = new Affine(List.of(), List.of());
    var network =
        new NetworkFacts(
            new LayerStack(List.of(), List.of()),
            List.of(1),
            1,
            Objective.MEAN_SQUARED_ERROR,
            List.of(),
            List.of(),
            scale,
            scale,
            List.of(),
            3L * BLOCKS,
            3L * BLOCKS);
    return new ModelVersion(
        "m", 1, JOB, sha256, network, List.of(), List.of(), "", 0, "engine", 0, "fp32", "");
  }
}
