package dev.sluice.worker.compute;

import dev.sluice.platform.artifact.ArtifactMissing;
import dev.sluice.schemas.wire.Outcome;
import dev.sluice.schemas.wire.TaskFailed;
import dev.sluice.worker.engine.EngineException;
import dev.sluice.worker.lease.HeldTask;
import dev.sluice.worker.tasks.TaskProblem;
import dev.sluice.worker.work.ExportWork;
import dev.sluice.worker.work.TaskWork;
import dev.sluice.worker.work.TermWork;
import java.lang.foreign.MemorySegment;

/** What tasks are computed with: engines and files. For the computing thread. */
public interface Computation extends AutoCloseable {

  /**
   * Runs a task that waits for nothing: preparing, answering rows, quantising. After this has
   * returned, once what it has answered is stored or could not be, {@link TaskRunner#stored} is
   * told.
   */
  void run(HeldTask task, TaskWork work) throws TaskProblem, EngineException, ArtifactMissing;

  /** Builds the network of a training job, and reads its data. */
  ShardGradients open(String jobId, TermWork work)
      throws TaskProblem, EngineException, ArtifactMissing;

  /**
   * Writes the files of a model.
   *
   * @param flat its parameters
   */
  Outcome export(String jobId, ExportWork work, MemorySegment flat)
      throws TaskProblem, EngineException, ArtifactMissing;

  /** How the ledger is told of what went wrong in a task. */
  TaskFailed failure(String taskId, Throwable why);

  /** Rows that were answered so far. */
  long answered();

  @Override
  void close();
}
