package dev.sluice.worker.tasks;

import dev.sluice.schemas.wire.ResultBatch;
import dev.sluice.schemas.wire.ResultRange;
import java.util.concurrent.CompletableFuture;

/** Takes the answers of inference tasks. */
public interface AnswerSink {

  /** Begins to write the answers of an attempt at a task of a job. */
  Writing write(String jobId);

  /** The answers of one attempt, in the order in which they are written. */
  interface Writing {

    /** Takes answers, without waiting until they are stored. */
    void add(ResultBatch batch);

    /**
     * There are no more.
     *
     * @param rowFrom first row answered
     * @param rowTo end of rows, exclusive
     * @param attempt name of the attempt, as in the answers
     * @return where they lie, once all of them are stored; a {@link TaskProblem} where they can't
     *     be
     */
    CompletableFuture<ResultRange> finish(long rowFrom, long rowTo, String attempt);
  }
}
