package dev.sluice.deploy.simulation;

import dev.sluice.schemas.wire.Attached;
import dev.sluice.schemas.wire.ParameterBlock;
import dev.sluice.worker.compute.FoldExchange;
import dev.sluice.worker.compute.GroupSum;
import dev.sluice.worker.compute.JobExchange;
import dev.sluice.worker.training.FollowedJobs;
import dev.sluice.worker.training.JobParameters;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** What a worker and the folds exchange, over the simulated gradient log. */
final class SimulatedExchange implements FoldExchange {

  /** As long as a worker waits that nobody has configured. */
  private static final long ATTACH_RETRY_MS = 1_000;

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

  SimulatedExchange(World world, String worker, String engine) {
    this.world = world;
    this.worker = worker;
    this.engine = engine;
  }

  /** Asks again for what has not come. */
  void look() {
    followed.due(world.steadyMs).forEach(this::attach);
  }

  void receive(ParameterBlock block) {
    followed.of(block.jobId()).forEach(job -> followed.accept(job, block, world.steadyMs));
  }

  @Override
  public JobExchange follow(String jobId, long floats) {
    var parameters = new JobParameters(jobId, World.VECTOR, () -> HEAP);
    followed.follow(parameters, world.steadyMs);
    attach(parameters);
    return new OfJob(parameters);
  }

  private void attach(JobParameters job) {
    for (int block : job.blocks().inEachPartition(job.jobId(), World.PARTITIONS)) {
      world.contribute(worker, job.jobId(), block, new Attached(worker));
    }
  }

  private final class OfJob implements JobExchange {

    private final JobParameters parameters;

    OfJob(JobParameters parameters) {
      this.parameters = parameters;
    }

    @Override
    public JobParameters parameters() {
      return parameters;
    }

    @Override
    public void contribute(GroupSum sum) {
      for (int block = 0; block < World.VECTOR.count(); block++) {
        world.contribute(worker, parameters.jobId(), block, sum.block(block, World.VECTOR, engine));
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
      parameters.close();
    }
  }
}
