package dev.sluice.deploy.simulation;

import dev.sluice.fold.Rounding;
import dev.sluice.schemas.wire.Exported;
import dev.sluice.schemas.wire.InferencePrepared;
import dev.sluice.schemas.wire.Inferred;
import dev.sluice.schemas.wire.Measured;
import dev.sluice.schemas.wire.Outcome;
import dev.sluice.schemas.wire.ResultRange;
import dev.sluice.schemas.wire.RowFaults;
import dev.sluice.schemas.wire.Steps;
import dev.sluice.schemas.wire.Task;
import dev.sluice.schemas.wire.TaskFailed;
import dev.sluice.schemas.wire.TrainingSpec;
import dev.sluice.worker.compute.Computation;
import dev.sluice.worker.compute.ShardGradients;
import dev.sluice.worker.compute.ShardSum;
import dev.sluice.worker.lease.HeldTask;
import dev.sluice.worker.tasks.TaskProblem;
import dev.sluice.worker.training.BlockSums;
import dev.sluice.worker.work.ExportWork;
import dev.sluice.worker.work.InferWork;
import dev.sluice.worker.work.PrepareWork;
import dev.sluice.worker.work.QuantiseWork;
import dev.sluice.worker.work.TaskWork;
import dev.sluice.worker.work.TermWork;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.BiConsumer;
import java.util.function.ObjIntConsumer;

/** What a worker computes without engines, data sets and files. */
final class SimulatedComputation implements Computation {

  /** Gradients of the job that diverges are not finite from this step on. */
  private static final long DIVERGES_AT = 3;

  /** A task has ended its worker. */
  static final class Killed extends Error {
    private static final long serialVersionUID = 1L;

    private Killed() {
      super("killed by a task", null, false, false);
    }
  }

  private final World world;
  private final String worker;
  private final BiConsumer<String, Outcome> stored;
  private float statistic;

  /**
   * @param stored told how a task has ended once what it has answered is stored
   */
  SimulatedComputation(World world, String worker, BiConsumer<String, Outcome> stored) {
    this.world = world;
    this.worker = worker;
    this.stored = stored;
  }

  @Override
  public void run(HeldTask held, TaskWork work) {
    var task = held.task();
    if (task.jobId().equals("poison")) {
      throw new Killed();
    }
    switch (work) {
      case PrepareWork prepare -> stored.accept(held.key(), prepared(prepare));
      case QuantiseWork quantise ->
          stored.accept(
              held.key(), new Exported(SimulatedJobs.model(quantise.model().name(), task.jobId())));
      case InferWork infer -> {
        var outcome = inferred(task, infer);
        world.network.send(worker, "results", () -> stored.accept(held.key(), outcome));
      }
      case TermWork _, ExportWork _ -> throw new AssertionError(task + " has to wait");
    }
  }

  private static Outcome prepared(PrepareWork prepare) {
    if (prepare.work() instanceof TrainingSpec training
        && training.length() instanceof Steps(long steps)) {
      return SimulatedJobs.prepared(steps);
    }
    return new InferencePrepared(SimulatedJobs.rows(SimulatedJobs.ROWS));
  }

  private Outcome inferred(Task task, InferWork infer) {
    var range =
        new ResultRange(0, 0, 0, infer.rowFrom(), infer.rowTo(), "", task.taskId() + "@" + worker);
    return new Inferred(
        range, infer.rowTo() - infer.rowFrom(), 0, 0, 0, 0, null, RowFaults.NONE, Measured.NOTHING);
  }

  @Override
  public ShardGradients open(String jobId, TermWork work) {
    return new Gradients(jobId, work);
  }

  @Override
  public Outcome export(String jobId, ExportWork work, MemorySegment flat) {
    world.exported(jobId, floats(flat));
    return new Exported(SimulatedJobs.model(String.valueOf(work.spec().register()), jobId));
  }

  private static float[] floats(MemorySegment flat) {
    return flat.toArray(ValueLayout.JAVA_FLOAT);
  }

  /** Whatever else goes wrong is a mistake of the worker or of the simulation. */
  @Override
  public TaskFailed failure(String taskId, Throwable why) {
    if (why instanceof TaskProblem problem) {
      return problem.outcome();
    }
    throw new IllegalStateException(worker + " failed on " + taskId, why);
  }

  @Override
  public long answered() {
    return 0;
  }

  @Override
  public void close() {}

  private final class Gradients implements ShardGradients {

    private final String jobId;
    private final TermWork work;
    private final BlockSums sums;

    Gradients(String jobId, TermWork work) {
      this.jobId = jobId;
      this.work = work;
      sums = SimulatedJobs.sums(work.rounding());
    }

    @Override
    public ShardSum initial() {
      var values = SimulatedArithmetic.initial(work.spec().seed(), World.FLOATS);
      return SimulatedArithmetic.sum(values, 0, true, null);
    }

    @Override
    public ShardSum compute(MemorySegment flat, long step, int shardFrom, int shards) {
      float[] parameters = floats(flat);
      boolean over = step >= work.prepared().steps();
      float[] vector =
          over
              ? new float[World.FLOATS]
              : SimulatedArithmetic.gradient(
                  work.spec(), parameters, step, shardFrom, shards, complete(shards));
      if (world.mutation == Mutation.STATISTIC_IN_WORKER) {
        statistic = 0.9f * statistic + 0.1f * vector[0];
        vector[vector.length - 1] += statistic;
      }
      var plan = work.validation();
      var validation =
          plan != null && plan.measures(step, work.prepared().steps())
              ? SimulatedArithmetic.validation(parameters, shardFrom, shards)
              : null;
      boolean finite = !(jobId.equals("diverging") && step >= DIVERGES_AT);
      return SimulatedArithmetic.sum(vector, over ? 0 : shards, finite, validation);
    }

    /** What becomes of a sum before it is added to its sibling, or sent. */
    private ObjIntConsumer<float[]> complete(int sent) {
      if (world.mutation == Mutation.ENCODED_AS_SENT) {
        var rounded = SimulatedJobs.sums(new Rounding(work.encoding().format(), sent));
        return (sum, shards) -> rounded.round(MemorySegment.ofArray(sum), shards);
      }
      return (sum, shards) -> {
        if (sums.hasRounded(sent)) {
          sums.round(MemorySegment.ofArray(sum), shards);
        }
      };
    }

    @Override
    public void recycle(ShardSum sum) {}

    @Override
    public void close() {}
  }
}
