package dev.sluice.deploy.simulation;

import dev.sluice.fold.BlockSnapshot;
import dev.sluice.fold.Rounding;
import dev.sluice.schemas.codec.Vectors;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Attached;
import dev.sluice.schemas.wire.Contribution;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.ParameterBlock;
import dev.sluice.worker.compute.FoldExchange;
import dev.sluice.worker.compute.GroupSum;
import dev.sluice.worker.compute.JobExchange;
import dev.sluice.worker.training.FollowedJobs;
import dev.sluice.worker.training.JobParameters;
import dev.sluice.worker.training.LocalFold;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a worker and the folds exchange, over the simulated gradient log. */
final class SimulatedExchange implements FoldExchange {

  /** As long as a worker waits that nobody has configured. */
  private static final long ATTACH_RETRY_MS = 1_000;

  /** Records that it reads at a time. */
  private static final int READ_MAX = 8;

  /** On the heap: a run leaves nothing behind to be closed. */
  private static final Arena HEAP =
      new Arena() {
        @Override
        public MemorySegment allocate(long bytes, long alignmentBytes) {
          return MemorySegment.ofArray(new float[Math.toIntExact(bytes / Float.BYTES)]);
        }

        @Override
        public MemorySegment.Scope scope() {
          return Arena.global().scope();
        }

        @Override
        public void close() {}
      };

  private final World world;
  private final String worker;
  private final String engine;
  private final FollowedJobs followed = new FollowedJobs(ATTACH_RETRY_MS);
  private final IdentityHashMap<JobParameters, Owed.Question> questions = new IdentityHashMap<>();
  private final Map<String, Integer> underWay = new HashMap<>();

  /** Where it reads on in partitions of the gradient log. */
  private final Map<Integer, Integer> places = new TreeMap<>();

  SimulatedExchange(World world, String worker, String engine) {
    this.world = world;
    this.worker = worker;
    this.engine = engine;
  }

  /** Asks again for what has not come, and reads some of the gradient log. */
  void look() {
    followed.due(world.steadyMs).forEach(this::attach);
    for (int partition : List.copyOf(places.keySet())) {
      read(partition, world.random.nextInt(READ_MAX));
    }
  }

  /** A block is on its way to here. */
  void sent(ParameterBlock block) {
    questions.forEach(
        (job, question) -> {
          if (job.jobId().equals(block.jobId())) {
            question.sent(block);
          }
        });
  }

  /** The state of a block is on its way to here. */
  void sent(BlockSnapshot state) {
    questions.forEach(
        (job, question) -> {
          if (job.jobId().equals(state.head().jobId())) {
            question.sent(state);
          }
        });
  }

  /** Blocks of contributions to a job that are not in the log yet. */
  int underWay(String jobId) {
    return underWay.getOrDefault(jobId, 0);
  }

  void receive(ParameterBlock block) {
    followed.of(block.jobId()).forEach(job -> followed.accept(job, block));
  }

  /** The state of a fold arrives; from there on the log is read. */
  void receive(BlockSnapshot state, long nextOffset) {
    var head = state.head();
    if (!followed.wantsState(head.jobId())) {
      return;
    }
    for (var fold : followed.folds(head.jobId())) {
      if (fold.begin(state, nextOffset)) {
        int partition = partition(head.jobId(), head.block());
        int from =
            world.mutation == Mutation.FOLDED_FROM_THE_END
                ? world.gradients(partition).log.end()
                : Math.toIntExact(nextOffset);
        int goesOn = places.merge(partition, from, Math::min);
        world.invariants.foldsOn(head.jobId(), nextOffset, goesOn);
      }
    }
    followed.of(head.jobId()).forEach(this::check);
  }

  private void read(int partition, int records) {
    var log = world.gradients(partition).log;
    int at = places.getOrDefault(partition, 0);
    if (at < log.beginning()) {
      startOver(partition);
      return;
    }
    int to = Math.min(log.end(), at + records);
    for (int offset = at; offset < to; offset++) {
      var record = log.any(offset);
      if (record != null && record.entry() instanceof Contribution contribution) {
        int place = offset;
        followed.folds(record.jobId()).forEach(fold -> fold.fold(place, contribution));
        followed.of(record.jobId()).forEach(this::check);
      }
    }
    places.put(partition, to);
  }

  /** The log was trimmed beyond its place. */
  private void startOver(int partition) {
    places.remove(partition);
    for (var job : followed.all()) {
      for (int block = 0; block < World.VECTOR.count(); block++) {
        if (partition(job.jobId(), block) == partition) {
          int lost = block;
          followed.folds(job.jobId()).forEach(fold -> fold.forget(lost));
        }
      }
    }
    followed.all().stream().filter(followed::folds).forEach(this::attach);
  }

  private static int partition(String jobId, int block) {
    return Topic.partition(Topic.blockKey(jobId, block), World.PARTITIONS);
  }

  /** What is folded here is what any fold comes to. */
  private void check(JobParameters job) {
    if (job.newest() >= 0) {
      var generation = job.acquire();
      for (int block = 0; block < World.VECTOR.count(); block++) {
        var payload = World.VECTOR.payload(generation.flat(), block, World.VECTOR.room());
        world.invariants.published(
            new ParameterBlock(
                job.jobId(), block, generation.generation(), Vectors.crc32c(payload), payload));
      }
      job.release();
    }
  }

  @Override
  public JobExchange follow(String jobId, NetworkFacts network, boolean folds, Rounding rounding) {
    var parameters = new JobParameters(jobId, World.VECTOR, () -> HEAP);
    var fold = folds ? new LocalFold(parameters) : null;
    followed.follow(parameters, fold, world.steadyMs);
    attach(parameters);
    return new OfJob(parameters, fold, rounding);
  }

  private void attach(JobParameters job) {
    var question = world.owed.asks(worker, job.jobId(), followed.folds(job));
    world.owed.waited(questions.put(job, question));
    for (int block : job.blocks().inEachPartition(job.jobId(), World.PARTITIONS)) {
      var attached = new Attached(worker, followed.folds(job));
      world.contribute(worker, job.jobId(), block, attached, question::stands);
    }
  }

  private final class OfJob implements JobExchange {

    private final JobParameters parameters;
    private final @Nullable LocalFold fold;
    private final Rounding rounding;

    OfJob(JobParameters parameters, @Nullable LocalFold fold, Rounding rounding) {
      this.parameters = parameters;
      this.fold = fold;
      this.rounding = rounding;
    }

    @Override
    public JobParameters parameters() {
      return parameters;
    }

    @Override
    public void contribute(GroupSum sum) {
      if (world.mutation != Mutation.SENT_BEFORE_STORED) {
        world.network.flush(worker, "gradients");
      }
      var jobId = parameters.jobId();
      underWay.merge(jobId, World.VECTOR.count(), Integer::sum);
      for (int block = 0; block < World.VECTOR.count(); block++) {
        // Each has room of its own: what was sent before may be on its way.
        var contribution = sum.block(block, engine, SimulatedJobs.sums(rounding));
        world.contribute(
            worker,
            jobId,
            block,
            contribution,
            (partition, offset) -> underWay.merge(jobId, -1, Integer::sum));
        if (fold != null) {
          fold.foldOwn(contribution);
        }
      }
    }

    @Override
    public void flush() {
      if (world.mutation != Mutation.REPORTED_BEFORE_FLUSHED) {
        world.network.flush(worker, "gradients");
      }
    }

    @Override
    public @Nullable Exception failure() {
      return null; // the simulated log takes whatever reaches it
    }

    @Override
    public void close() {
      followed.leave(parameters);
      questions.remove(parameters);
      parameters.close();
    }
  }
}
