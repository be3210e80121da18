package dev.sluice.deploy.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.jobs.state.Job;
import dev.sluice.jobs.state.ValidationState;
import dev.sluice.schemas.topics.FactPart;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.FoldProgressed;
import dev.sluice.schemas.wire.JobFacts;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.ManifestChunk;
import dev.sluice.schemas.wire.ModelPlace;
import dev.sluice.schemas.wire.ResultRange;
import dev.sluice.schemas.wire.SumFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Whatever goes wrong, the outcome is that of the undisturbed run. A failing seed is named in the
 * message; {@code deploy/simulate --seed N} runs it alone.
 */
final class SimulationTest {

  private static final long SEEDS = Long.getLong("sluice.simulation.seeds", 1_000);
  private static final @Nullable Long ONE_SEED = Long.getLong("sluice.simulation.seed");

  /** Seeds within which every mutation must be caught. */
  private static final long SEEDS_OF_MUTATION = 20_000;

  /** What comes of the undisturbed run, for each format in which sums travel. */
  @SuppressWarnings("ArrayRecordComponent") // never compared as a record
  private record Reference(int[] bitsOfA, int[] bitsOfB, ValidationState validation) {
    static Reference of(SumFormat format) {
      var world = new World(World.seedOf(format), Mutation.NONE);
      new SimulatedRun(world, false).run(1);
      var training = Objects.requireNonNull(job(world, "train-b").training());
      return new Reference(
          bits(world, "train-a"),
          bits(world, "train-b"),
          Objects.requireNonNull(training.validation()));
    }
  }

  private static final Map<SumFormat, Reference> REFERENCES =
      World.FORMATS.stream().collect(Collectors.toMap(format -> format, Reference::of));

  @Test
  void whateverGoesWrongTheOutcomeIsThatOfTheUndisturbedRun() {
    if (ONE_SEED != null) {
      check(ONE_SEED, Mutation.NONE);
      return;
    }
    LongStream.rangeClosed(1, SEEDS).parallel().forEach(seed -> check(seed, Mutation.NONE));
  }

  @Test
  void roundingShowsInTheBits() {
    assertThat(REFERENCES.values().stream().map(Reference::bitsOfA).map(Arrays::hashCode))
        .doesNotHaveDuplicates();
  }

  @Test
  void termsOfSlowWorkersRunTwice() {
    assertThat(LongStream.rangeClosed(1, 100).filter(SimulationTest::copies).count())
        .as("of 100 seeds")
        .isGreaterThan(10);
  }

  @Test
  void tinyTasksBeginTogether() {
    assertThat(LongStream.rangeClosed(1, 60).filter(seed -> tiny(seed) > 1).count())
        .as("of 60 seeds")
        .isGreaterThan(5);
  }

  private static int tiny(long seed) {
    var world = new World(seed, Mutation.NONE);
    new SimulatedRun(world, true).run(2);
    return world.invariants.tiny();
  }

  private static boolean copies(long seed) {
    var world = new World(seed, Mutation.NONE);
    new SimulatedRun(world, true).run(2);
    return world.invariants.copied();
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void aBrokenRuleIsSeen(Mutation mutation) {
    assertThat(
            LongStream.rangeClosed(1, SEEDS_OF_MUTATION)
                .parallel()
                .anyMatch(seed -> !holds(seed, mutation)))
        .as("%s is seen in %d seeds", mutation, SEEDS_OF_MUTATION)
        .isTrue();
  }

  private static boolean holds(long seed, Mutation mutation) {
    try {
      check(seed, mutation);
      return true;
    } catch (SimulatedRun.NoEnd e) { // something is wrong with it, and nothing has said what
      return true;
    } catch (AssertionError e) { // each of them names what does not hold; nothing else counts
      return false;
    }
  }

  private static Reference reference(World world) {
    return Objects.requireNonNull(REFERENCES.get(world.format));
  }

  private static void check(long seed, Mutation mutation) {
    var world = new World(seed, mutation);
    try {
      new SimulatedRun(world, true).run(1 + (int) (seed % 5));
    } catch (RuntimeException e) {
      throw new IllegalStateException("seed " + seed + ": " + e, e);
    }
    statuses(world);
    assertThat(bits(world, "train-a"))
        .as("seed %d: same bits", seed)
        .isEqualTo(reference(world).bitsOfA());
    assertThat(bits(world, "train-b"))
        .as("seed %d: same bits", seed)
        .isEqualTo(reference(world).bitsOfB());
    assertThat(List.of(version(world, "train-a"), version(world, "train-b")))
        .as("seed %d: two jobs registered one name", seed)
        .containsExactlyInAnyOrder(1, 2);
    assertThat(version(world, "quantised")).as("seed %d", seed).isEqualTo(3);
    samples(world, "train-a", SimulatedRun.STEPS_A, 4);
    endedEarly(world);
    everyRowOnce(world);
    everyEndIsKept(world);
    nothingStays(world);
  }

  private static void statuses(World world) {
    status(world, "train-a", JobStatus.SUCCEEDED);
    status(world, "train-b", JobStatus.SUCCEEDED);
    status(world, "dropped", JobStatus.CANCELLED);
    status(world, "maybe", JobStatus.SUCCEEDED, JobStatus.CANCELLED);
    status(world, "diverging", JobStatus.FAILED);
    status(world, "poison", JobStatus.FAILED);
    status(world, "infer", JobStatus.SUCCEEDED);
    status(world, "missing", JobStatus.FAILED);
    status(world, "quantised", JobStatus.SUCCEEDED);
    assertThat(Objects.requireNonNull(job(world, "poison").cause()).what())
        .as("seed %d: a task that kills its workers is buried as such", world.seed)
        .contains("workers that ran it");
    assertThat(Objects.requireNonNull(job(world, "diverging").cause()).what())
        .as("seed %d", world.seed)
        .contains("diverged");
  }

  private static Job job(World world, String jobId) {
    return Objects.requireNonNull(world.invariants.ended(jobId), jobId);
  }

  private static void status(World world, String jobId, JobStatus... possible) {
    assertThat(job(world, jobId).status())
        .as("seed %d: %s: %s", world.seed, jobId, job(world, jobId).cause())
        .isIn((Object[]) possible);
  }

  /** What the fold says last, which may come when the job has ended. */
  private static void samples(World world, String jobId, long steps, int perStep) {
    var told =
        world.jobs(Topic.partition(jobId, World.PARTITIONS)).records().stream()
            .map(World.Appended::event)
            .filter(FoldProgressed.class::isInstance)
            .map(FoldProgressed.class::cast)
            .filter(report -> report.jobId().equals(jobId) && report.generation() == steps)
            .map(FoldProgressed::samples)
            .distinct();
    assertThat(told)
        .as("seed %d: every sample of %s counts once", world.seed, jobId)
        .containsExactly(steps * perStep);
  }

  private static void endedEarly(World world) {
    var training = Objects.requireNonNull(job(world, "train-b").training());
    var validation = Objects.requireNonNull(training.validation());
    var undisturbed = reference(world).validation();
    assertThat(List.of(validation.bestStep(), validation.keptStep()))
        .as("seed %d: the best parameters are found, and no others kept", world.seed)
        .containsExactly(undisturbed.bestStep(), undisturbed.keptStep());
    // The report of one may come when the job has ended.
    assertThat(undisturbed.points())
        .as("seed %d: what is measured is always the same", world.seed)
        .containsAll(validation.points());
    assertThat(training.stepsDone()).as("seed %d", world.seed).isLessThan(SimulatedRun.STEPS_B);
    samples(world, "train-b", training.stepsDone(), 2);
  }

  private static void everyRowOnce(World world) {
    var ranges = new ArrayList<ResultRange>();
    for (var state : world.stored("infer").values()) {
      if (state instanceof ManifestChunk chunk && chunk.jobId().equals("infer")) {
        ranges.addAll(chunk.ranges());
      }
    }
    var past = world.kept.past("infer");
    if (past != null) {
      past.chunks().forEach(chunk -> ranges.addAll(chunk.ranges()));
    }
    ranges.sort(Comparator.comparingLong(ResultRange::rowFrom));
    long next = 0;
    for (var range : ranges) {
      assertThat(range.rowFrom()).as("seed %d: rows answered once", world.seed).isEqualTo(next);
      next = range.rowTo();
    }
    assertThat(next).as("seed %d: all rows answered", world.seed).isEqualTo(SimulatedJobs.ROWS);
  }

  private static void everyEndIsKept(World world) {
    for (var job : world.invariants.ended().values()) {
      var state = world.stored(job.jobId()).get(job.jobId());
      var past = world.kept.past(job.jobId());
      assertThat(past == null ? state : past.state())
          .as("seed %d: a job that has ended is a state or history: %s", world.seed, job.jobId())
          .isEqualTo(job.state());
      if (past != null) {
        assertThat(state).as("seed %d: what has left has left", world.seed).isNull();
        assertThat(past.facts())
            .as("seed %d: the facts of %s are kept with it", world.seed, job.jobId())
            .extracting(JobFacts::digest)
            .containsExactlyElementsOf(digests(job));
      }
    }
  }

  private static List<Long> digests(Job job) {
    return Arrays.stream(FactPart.values())
        .map(part -> part.in(job.facts()))
        .filter(digest -> digest != 0)
        .toList();
  }

  private static void nothingStays(World world) {
    assertThat(world.isQuiet()).as("seed %d: everything comes to rest", world.seed).isTrue();
    for (int partition = 0; partition < World.PARTITIONS; partition++) {
      assertThat(world.activeLedger(partition).state().activeJobs())
          .as("seed %d", world.seed)
          .isEmpty();
      assertThat(world.kept.states(partition).values())
          .as("seed %d: an ended job gives its place under a name back", world.seed)
          .noneMatch(ModelPlace.class::isInstance);
      assertThat(world.activeFold(partition).jobs())
          .as("seed %d: the fold lets ended jobs go", world.seed)
          .isEmpty();
      assertThat(world.gradients(partition).stored())
          .as("seed %d: checkpoints of ended jobs are removed", world.seed)
          .isEmpty();
    }
  }

  private static int version(World world, String jobId) {
    return Objects.requireNonNull(job(world, jobId).model()).version();
  }

  private static int[] bits(World world, String jobId) {
    float[] values = Objects.requireNonNull(world.exported(jobId), "nothing was exported");
    int[] bits = new int[values.length];
    Arrays.setAll(bits, i -> Float.floatToRawIntBits(values[i]));
    return bits;
  }
}
