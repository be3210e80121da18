package dev.sluice.coordinator.fold;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.fold.BlockSnapshot;
import dev.sluice.fold.FoldOutput;
import dev.sluice.schemas.codec.Vectors;
import dev.sluice.schemas.wire.Adam;
import dev.sluice.schemas.wire.Attached;
import dev.sluice.schemas.wire.BlockCheckpoint;
import dev.sluice.schemas.wire.Constant;
import dev.sluice.schemas.wire.Contribution;
import dev.sluice.schemas.wire.FoldStarted;
import dev.sluice.schemas.wire.FoldStopped;
import dev.sluice.schemas.wire.GradientEntry;
import dev.sluice.schemas.wire.GradientRecord;
import dev.sluice.schemas.wire.PendingNode;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PartitionFoldTest {

  private static final String JOB = "j";
  private static final String ENGINE = "engine";
  private static final int SHARDS = 2;

  private final PartitionFold fold = new PartitionFold(0, 1, 1 << 20);
  private final List<FoldOutput> out = new ArrayList<>();
  private long nowMs;

  @BeforeEach
  void start() {
    // Four elements, of which the last is state; one block.
    give(
        new FoldStarted(
            4,
            3,
            4,
            SHARDS,
            new Adam(0.9, 0.999, 1e-8, 0),
            0.1,
            new Constant(),
            0,
            2,
            3,
            ENGINE,
            1,
            null,
            false));
    give(contribution(-1, 0, 1, 0, 1, 2, 3, 4));
  }

  @Test
  void theInitialVectorIsGenerationZero() {
    assertThat(published()).containsExactly(0L);
    assertThat(values(0)).containsExactly(1, 2, 3, 4);
  }

  @Test
  void stateIsTheMeanOverSamples() {
    out.clear();
    give(contribution(0, 0, 1, 3, 1, 1, 1, 3 * 10f));
    give(contribution(0, 1, 1, 1, 1, 1, 1, 1 * 2f));
    assertThat(published()).containsExactly(1L);
    assertThat(values(0)[3]).isEqualTo(8f);
  }

  @Test
  void aRepeatedOrLateContributionChangesNothing() {
    give(contribution(0, 0, 1, 1, 1, 1, 1, 1));
    give(contribution(0, 0, 1, 1, 9, 9, 9, 9));
    give(contribution(0, 1, 1, 1, 1, 1, 1, 1));
    var parameters = values(out.size() - 2);
    out.clear();
    give(contribution(0, 0, 2, 2, 7, 7, 7, 7));
    assertThat(out).isEmpty();
    attach();
    assertThat(values(out.size() - 1)).isEqualTo(parameters);
  }

  @Test
  void theGenerationBeforeIsKeptUntilAContributionShowsThatNobodyNeedsIt() {
    give(contribution(0, 0, 2, 2, 1, 1, 1, 1));
    out.clear();
    attach();
    assertThat(published()).containsExactly(0L, 1L);

    out.clear();
    give(contribution(1, 0, 1, 1, 1, 1, 1, 1));
    attach();
    assertThat(published()).containsExactly(1L);
  }

  @Test
  void aGradientThatIsNotFiniteFailsTheJobAndPoisonsNothing() {
    out.clear();
    give(contribution(0, 0, 2, 2, Float.NaN, 1, 1, 1));
    assertThat(out).hasSize(1);
    assertThat(out.getFirst())
        .isInstanceOfSatisfying(
            FoldOutput.Failure.class,
            failure -> assertThat(failure.report().cause().mend()).contains("learning rate"));
  }

  @Test
  void whatDoesNotBelongIsRejectedWithItsReason() {
    out.clear();
    var good = contribution(0, 0, 1, 1, 1, 1, 1, 1);
    give(contribution(5, 0, 1, 1, 1, 1, 1, 1));
    give(contribution(0, 1, 2, 1, 1, 1, 1, 1));
    give(contribution(0, 0, 1, 1, 1));
    give(
        new Contribution(
            0, 0, 0, 1, 1, 0, true, "another engine", good.crc(), good.payload(), null));
    give(new Contribution(0, 0, 0, 1, 1, 0, true, ENGINE, good.crc() + 1, good.payload(), null));
    assertThat(out)
        .map(output -> ((FoldOutput.Rejected) output).cause().why())
        .satisfiesExactly(
            why -> assertThat(why).contains("step 5"),
            why -> assertThat(why).contains("not a node"),
            why -> assertThat(why).contains("4 bytes"),
            why -> assertThat(why).contains("another engine"),
            why -> assertThat(why).contains("checksum"));
  }

  @Test
  void aRestoredFoldGoesOnWithTheSameBits() {
    give(contribution(0, 0, 2, 2, 1, 2, 3, 4));
    give(contribution(1, 0, 1, 1, 4, 3, 2, 1));

    var restored = new PartitionFold(0, 1, 1 << 20);
    var snapshots = fold.snapshotChanged();
    assertThat(snapshots).isNotEmpty().allMatch(snapshot -> snapshot.objection() == null);
    snapshots.forEach(restored::restore);
    assertThat(fold.snapshotChanged()).isEmpty();

    var original = finish(fold);
    assertThat(finish(restored)).usingRecursiveComparison().isEqualTo(original);
    assertThat(original.getLast())
        .isInstanceOfSatisfying(
            FoldOutput.Progress.class, last -> assertThat(last.milestone()).isTrue());
  }

  @Test
  void aSnapshotThatNoFoldCanHaveTakenIsFoundOut() {
    give(contribution(0, 0, 2, 2, 1, 2, 3, 4));
    give(contribution(1, 0, 1, 1, 4, 3, 2, 1));
    var good = fold.snapshotAll().getFirst();

    var vectors = new TreeMap<>(good.vectors());
    vectors.put("pending-0", new float[3]);
    assertThat(new BlockSnapshot(good.head(), vectors).objection())
        .contains("pending-0", "4 floats");
    vectors = new TreeMap<>(good.vectors());
    vectors.remove("current");
    assertThat(new BlockSnapshot(good.head(), vectors).objection()).contains("current");
    assertThat(with(good, 7, good.head().generation(), good.head().pending()))
        .contains("no block 7");
    assertThat(with(good, -1, good.head().generation(), good.head().pending()))
        .contains("no block -1");
    assertThat(with(good, 0, 1_000, good.head().pending())).contains("Generation 1000");
    assertThat(with(good, 0, -2, good.head().pending())).contains("Generation -2");
    var node = good.head().pending().getFirst();
    assertThat(with(good, 0, good.head().generation(), List.of(node, node))).contains("no nodes");
  }

  private static @Nullable String with(
      BlockSnapshot good, int block, long generation, List<PendingNode> pending) {
    var head = good.head();
    return new BlockSnapshot(
            new BlockCheckpoint(
                head.jobId(),
                block,
                head.plan(),
                generation,
                head.vectors(),
                pending,
                head.epochLossSum(),
                head.epochSamples(),
                head.samples(),
                head.validation()),
            good.vectors())
        .objection();
  }

  @Test
  void aStoppedJobIsForgotten() {
    give(new FoldStopped("cancelled"));
    out.clear();
    give(contribution(0, 0, 2, 2, 1, 1, 1, 1));
    attach();
    assertThat(out).isEmpty();
    assertThat(fold.takeEnded()).containsExactly(JOB);
    assertThat(fold.takeEnded()).isEmpty();
  }

  @Test
  void aPlanThatMakesNoSenseIsRejectedAndEndsNothing() {
    out.clear();
    for (var plan :
        List.of(
            plan(0, 0, 4, 2, 4),
            plan(-8, 0, 4, 2, 4),
            plan(1L << 60, 6, 4, 2, 4),
            plan(8, 9, 4, 2, 4),
            plan(8, -1, 4, 2, 4),
            plan(8, 6, 0, 2, 4),
            plan(8, 6, -4, 2, 4),
            plan(1 << 20, 6, 1, 2, 4),
            plan(1 << 27, 1 << 27, 1 << 18, 1024, 4),
            plan(8, 6, 4, 3, 4),
            plan(8, 6, 4, 1 << 30, 4),
            plan(8, 6, 4, 2, 0))) {
      fold.apply(new GradientRecord("other", plan), out::add);
    }
    assertThat(out).hasSize(12).allMatch(FoldOutput.Rejected.class::isInstance);
    assertThat(fold.jobs()).containsExactly(JOB);
  }

  @Test
  void whatCanBeNoJobsIdStartsNothingAndIsNotRepeatedAtLength() {
    out.clear();
    fold.apply(new GradientRecord("x".repeat(1 << 20), plan(8, 6, 4, 2, 4)), out::add);
    assertThat(out)
        .singleElement()
        .asInstanceOf(InstanceOfAssertFactories.type(FoldOutput.Rejected.class))
        .satisfies(
            rejected -> {
              assertThat(rejected.jobId()).hasSize(128);
              assertThat(rejected.cause().where()).hasSize(128);
              assertThat(rejected.cause().why()).contains("A job's id has");
            });
    assertThat(fold.jobs()).containsExactly(JOB);
  }

  private static FoldStarted plan(
      long floats, long parameters, int blockFloats, int shards, long stepsPerEpoch) {
    return new FoldStarted(
        floats,
        parameters,
        blockFloats,
        shards,
        new Adam(0.9, 0.999, 1e-8, 0),
        0.1,
        new Constant(),
        0,
        stepsPerEpoch,
        3,
        ENGINE,
        1,
        null,
        false);
  }

  @Test
  void whereWorkersFoldOnlyTheLastGenerationIsAwaited() {
    var outputs = foldedByWorkers();
    assertThat(awaited(outputs)).containsExactly(3L);
    assertThat(outputs.stream().filter(FoldOutput.Generation.class::isInstance)).hasSize(4);
  }

  @Test
  void whoFoldsForItselfIsAnsweredWithTheState() {
    give(contribution(0, 0, 1, 1, 1, 2, 3, 4));
    out.clear();
    give(new Attached("w", true));
    fold.answer(nowMs, out::add);
    assertThat(out)
        .singleElement()
        .isInstanceOfSatisfying(
            FoldOutput.State.class,
            state -> {
              assertThat(state.snapshot().objection()).isNull();
              assertThat(state.snapshot().head().generation()).isZero();
              assertThat(state.snapshot().head().pending()).hasSize(1);
            });
    // What was handed over is not yet stored in a checkpoint.
    assertThat(fold.snapshotChanged()).hasSize(1);
  }

  /** An export needs the parameters alone, whoever folds. */
  @Test
  void whoDoesNotFoldIsAnsweredWithParameters() {
    var byWorkers = new PartitionFold(0, 1, 1 << 20);
    foldedByWorkers(byWorkers, List.of());
    var outputs = new ArrayList<FoldOutput>();
    byWorkers.apply(new GradientRecord(JOB, new Attached("w", false)), outputs::add);
    byWorkers.answer(nowMs, outputs::add);
    assertThat(awaited(outputs)).containsExactly(0L);
  }

  @Test
  void afterATakeoverNothingIsPublishedForThoseWhoFold() {
    var byWorkers = new PartitionFold(0, 1, 1 << 20);
    foldedByWorkers(byWorkers, List.of(contribution(0, 0, 2, 2, 1, 1, 1, 1)));
    var outputs = new ArrayList<FoldOutput>();
    byWorkers.republishAll(outputs::add);
    assertThat(awaited(outputs)).isEmpty();
    assertThat(outputs).isNotEmpty(); // that a step has begun is still known
  }

  private static List<FoldOutput> foldedByWorkers() {
    var contributions = new ArrayList<Contribution>();
    for (int step = 0; step < 3; step++) {
      contributions.add(contribution(step, 0, 2, 2, 1, 1, 1, 1));
    }
    return foldedByWorkers(new PartitionFold(0, 1, 1 << 20), contributions);
  }

  private static List<FoldOutput> foldedByWorkers(
      PartitionFold fold, List<Contribution> contributions) {
    var outputs = new ArrayList<FoldOutput>();
    var plan = plan(4, 3, 4, SHARDS, 2);
    var byWorkers =
        new FoldStarted(
            plan.floats(),
            plan.parameters(),
            plan.blockFloats(),
            plan.shards(),
            plan.optimizer(),
            plan.learningRate(),
            plan.schedule(),
            plan.warmupSteps(),
            plan.stepsPerEpoch(),
            plan.steps(),
            plan.engine(),
            plan.foldVersion(),
            null,
            true);
    fold.apply(new GradientRecord(JOB, byWorkers), outputs::add);
    fold.apply(new GradientRecord(JOB, contribution(-1, 0, 1, 0, 1, 2, 3, 4)), outputs::add);
    contributions.forEach(c -> fold.apply(new GradientRecord(JOB, c), outputs::add));
    return outputs;
  }

  private static List<Long> awaited(List<FoldOutput> outputs) {
    return outputs.stream()
        .filter(FoldOutput.Generation.class::isInstance)
        .map(FoldOutput.Generation.class::cast)
        .filter(FoldOutput.Generation::awaited)
        .map(FoldOutput.Generation::number)
        .toList();
  }

  @Test
  void shardsBeyondTheLargestNumberAreNoNodeOfTheTree() {
    out.clear();
    give(contribution(0, Integer.MAX_VALUE - 1, 2, 1, 1, 1, 1, 1));
    assertThat(out).singleElement().isInstanceOf(FoldOutput.Rejected.class);
  }

  private static List<FoldOutput> finish(PartitionFold fold) {
    var outputs = new ArrayList<FoldOutput>();
    for (var entry :
        List.of(contribution(1, 1, 1, 1, 1, 1, 1, 1), contribution(2, 0, 2, 2, -1, 5, 0, 1))) {
      fold.apply(new GradientRecord(JOB, entry), output -> outputs.add(kept(output)));
    }
    return outputs;
  }

  private void give(GradientEntry entry) {
    fold.apply(new GradientRecord(JOB, entry), output -> out.add(kept(output)));
  }

  /** Values may be written over by later steps. */
  private static FoldOutput kept(FoldOutput output) {
    return output
            instanceof
            FoldOutput.Generation(
                var job,
                int block,
                long number,
                var values,
                var awaited,
                var last)
        ? new FoldOutput.Generation(job, block, number, values.clone(), awaited, last)
        : output;
  }

  private void attach() {
    give(new Attached("w", false));
    nowMs += 1_000;
    fold.answer(nowMs, out::add);
  }

  private static Contribution contribution(
      long step, int shardFrom, int shards, long samples, float... values) {
    var payload = Vectors.bytes(values);
    boolean finite = true;
    for (float value : values) {
      finite &= Float.isFinite(value);
    }
    return new Contribution(
        0,
        step,
        shardFrom,
        shards,
        samples,
        samples * 0.5,
        finite,
        ENGINE,
        Vectors.crc32c(payload),
        payload,
        null);
  }

  private List<Long> published() {
    return out.stream()
        .filter(FoldOutput.Generation.class::isInstance)
        .map(output -> ((FoldOutput.Generation) output).number())
        .toList();
  }

  private float[] values(int index) {
    return ((FoldOutput.Generation) out.get(index)).values();
  }
}
