package dev.sluice.worker.rows;

import dev.sluice.jobs.dataset.RowsReader;
import dev.sluice.platform.artifact.ArtifactMissing;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.Outcome;
import dev.sluice.schemas.wire.Predict;
import dev.sluice.schemas.wire.TaskFailed;
import dev.sluice.worker.accelerator.Accelerator;
import dev.sluice.worker.compute.Clock;
import dev.sluice.worker.engine.EngineException;
import dev.sluice.worker.engine.InferenceSession;
import dev.sluice.worker.tasks.Failures;
import dev.sluice.worker.tasks.RecentlyUsed;
import dev.sluice.worker.tasks.TaskProblem;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Answers tasks that have their rows themselves: those of one model in calls of the engine that are
 * as large as is good for it. What is wrong with one task fails that task alone. Knows no Kafka.
 * For one thread.
 */
public final class RowsServer implements AutoCloseable {

  /** Rows in a call of the engine, from which on more of them save nothing. */
  static final int CALL_ROWS_MAX = 4_096;

  /** Inputs and outputs of a call; one row is called whatever it has. */
  private static final int CALL_VALUES_MAX = 1 << 20;

  /** Bytes of answers, so that they fit into a record beside what was asked. */
  private static final int ANSWERS_BYTES_MAX = Codec.RECORD_BYTES_MAX / 4 * 3;

  /** In an answer, of each row: its probability, and what its text takes at least. */
  private static final int ROW_BYTES = 2 * Double.BYTES;

  private static final int READERS_MAX = 64;

  /** A model that could not be loaded is not tried again for as long: many tasks may want it. */
  private static final long REFUSED_NANOS = 5_000_000_000L;

  /** Told how tasks end, in any order. */
  public interface Sink {
    void ended(Taken task, Outcome outcome);
  }

  /** What tasks have to have in common to be answered together. */
  private record Kind(String model, int version, long place, List<String> names) {
    static Kind of(Predict asked) {
      return new Kind(asked.model(), asked.version(), asked.place(), asked.names());
    }
  }

  private record Refused(TaskFailed why, long untilNanos) {}

  private final ModelVersions versions;
  private final ModelLoader models;
  private final Accelerator accelerator;
  private final Clock clock;
  private final EngineRoom room = new EngineRoom();
  private final RecentlyUsed<Kind, ServedModel> served =
      new RecentlyUsed<>(READERS_MAX, Long.MAX_VALUE, each -> 0, each -> {});
  private final RecentlyUsed<String, Refused> refused =
      new RecentlyUsed<>(READERS_MAX, Long.MAX_VALUE, each -> 0, each -> {});
  private long answered;

  /**
   * @param versions where versions of models are
   * @param models loads them
   * @param accelerator what this worker stands for
   * @param clock measures the engine
   */
  public RowsServer(
      ModelVersions versions, ModelLoader models, Accelerator accelerator, Clock clock) {
    this.versions = versions;
    this.models = models;
    this.accelerator = accelerator;
    this.clock = clock;
  }

  /** Rows that were answered so far. */
  public long answered() {
    return answered;
  }

  /**
   * Answers the tasks of a {@link TaskRounds round}, the most urgent first.
   *
   * @param sink told of each of them once
   */
  public void answer(List<Taken> round, Sink sink) {
    var kinds = new LinkedHashMap<Kind, List<Taken>>();
    round.stream()
        .sorted(Comparator.comparing(Taken::priority))
        .forEach(
            task -> {
              if (task.exhausted()) {
                sink.ended(task, new TaskFailed(exhausted(task), false));
              } else {
                kinds.computeIfAbsent(Kind.of(task.asked()), kind -> new ArrayList<>()).add(task);
              }
            });
    kinds.forEach((kind, tasks) -> answer(kind, tasks, sink));
  }

  private static Cause exhausted(Taken task) {
    return new Cause(
        Code.WORKERS_ENDED,
        task.task().taskId(),
        "The rows were delivered " + (task.delivery() - 1) + " times and never answered.",
        "Workers that had them have ended, or lost them, without a report.",
        "Look at the workers' logs; a model file may crash the engine.");
  }

  private void answer(Kind kind, List<Taken> tasks, Sink sink) {
    ServedModel model;
    InferenceSession session;
    try {
      model = model(kind);
      session = session(model.version());
      model.require(session);
    } catch (TaskProblem
        | ArtifactMissing
        | EngineException
        | RuntimeException
        | OutOfMemoryError
        | StackOverflowError e) {
      var outcome = Failures.outcome("model " + kind.model + " version " + kind.version, e);
      tasks.forEach(task -> sink.ended(task, outcome));
      return;
    }
    new Answering(model, session, sink).answer(tasks);
  }

  @SuppressWarnings("ReferenceEquality") // versions may be megabytes, and are the same while kept
  private ServedModel model(Kind kind) throws TaskProblem {
    var version = versions.find(kind.model, kind.version, kind.place);
    var known = served.get(kind).orElse(null);
    if (known != null && known.version() == version) {
      return known;
    }
    var made = new ServedModel(version, new RowsReader(version.network(), kind.names), accelerator);
    served.put(kind, made);
    return made;
  }

  private InferenceSession session(ModelVersion version)
      throws TaskProblem, ArtifactMissing, EngineException {
    var before = refused.get(version.sha256()).orElse(null);
    if (before != null && before.untilNanos - clock.nanos() > 0) {
      throw new TaskProblem(before.why.cause(), before.why.retryable());
    }
    try {
      return models.load(version);
    } catch (TaskProblem
        | ArtifactMissing
        | EngineException
        | RuntimeException
        | OutOfMemoryError
        | StackOverflowError e) {
      var why = Failures.outcome("model " + version.name() + " version " + version.version(), e);
      if (!why.retryable()) { // what may pass is tried again with the next task
        refused.put(version.sha256(), new Refused(why, clock.nanos() + REFUSED_NANOS));
      }
      throw e;
    }
  }

  @Override
  public void close() {
    room.close();
  }

  /** A task whose rows were read. */
  private static final class Job {
    private final Taken task;
    private final RowsReader.Result.Rows rows;
    private final float[] scores;

    Job(Taken task, RowsReader.Result.Rows rows, int outputs) {
      this.task = task;
      this.rows = rows;
      this.scores = new float[rows.rows() * outputs];
    }
  }

  /** The answering of tasks that have their model in common. */
  private final class Answering {
    private final ServedModel model;
    private final InferenceSession session;
    private final Sink sink;
    private final int inputs;
    private final int outputs;
    private final int callRows;

    Answering(ServedModel model, InferenceSession session, Sink sink) {
      this.model = model;
      this.session = session;
      this.sink = sink;
      this.inputs = session.inputs();
      this.outputs = session.outputs();
      this.callRows = Math.clamp(CALL_VALUES_MAX / (inputs + outputs), 1, CALL_ROWS_MAX);
    }

    void answer(List<Taken> tasks) {
      var together = new ArrayList<Job>();
      int rows = 0;
      for (var task : tasks) {
        var job = read(task);
        if (job == null) {
          continue;
        }
        if (rows + job.rows.rows() > callRows && !together.isEmpty()) {
          run(together);
          together.clear();
          rows = 0;
        }
        together.add(job);
        rows += job.rows.rows();
      }
      if (!together.isEmpty()) {
        run(together);
      }
    }

    private @Nullable Job read(Taken task) {
      Outcome wrong;
      try {
        switch (model.reader().read(task.asked().rows())) {
          case RowsReader.Result.Rows rows -> {
            long bytes = rows.rows() * (outputs * (long) Float.BYTES + ROW_BYTES);
            if (bytes <= ANSWERS_BYTES_MAX) {
              return new Job(task, rows, outputs);
            }
            wrong = new TaskFailed(tooMany(rows.rows()), false);
          }
          case RowsReader.Result.Refused(var problems) ->
              wrong = TaskProblem.badInput(problems).outcome();
        }
      } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
        wrong = Failures.outcome("rows", e);
      }
      sink.ended(task, wrong);
      return null;
    }

    private Cause tooMany(int rows) {
      long most = ANSWERS_BYTES_MAX / (outputs * (long) Float.BYTES + ROW_BYTES);
      return new Cause(
          Code.TOO_LARGE,
          "rows",
          "The answers to " + rows + " rows of " + outputs + " outputs do not fit into a record.",
          "One job that has its rows itself gets its answers in one record.",
          "Submit at most " + most + " rows at a time, or upload them as a CSV file.");
    }

    /** Where an engine fails on several tasks, each is tried alone. */
    private void run(List<Job> jobs) {
      var outcomes = new ArrayList<Outcome>(jobs.size());
      try {
        double nanosPerRow = compute(jobs);
        for (var job : jobs) {
          outcomes.add(
              model.predicted(job.rows, job.scores, outputs, job.rows.rows() * nanosPerRow / 1e6));
        }
      } catch (EngineException | RuntimeException | OutOfMemoryError | StackOverflowError e) {
        if (jobs.size() > 1) {
          jobs.forEach(job -> run(List.of(job)));
          return;
        }
        outcomes.add(Failures.outcome("rows", e));
      }
      for (int i = 0; i < jobs.size(); i++) {
        sink.ended(jobs.get(i).task, outcomes.get(i));
      }
    }

    /** Returns how long a row took, in nanoseconds. */
    private double compute(List<Job> jobs) throws EngineException {
      long began = clock.nanos();
      int rows = 0;
      if (jobs.size() == 1) {
        rows = computeAlone(jobs.getFirst());
      } else {
        rows = jobs.stream().mapToInt(job -> job.rows.rows()).sum();
        room.reserve((long) rows * inputs, (long) rows * outputs);
        long at = 0;
        for (var job : jobs) {
          room.put(job.rows.inputs(), 0, job.rows.rows() * inputs, at * inputs);
          at += job.rows.rows();
        }
        session.predict(room.features(), rows, room.scores());
        at = 0;
        for (var job : jobs) {
          room.get(at * outputs, job.scores, 0, job.scores.length);
          at += job.rows.rows();
        }
      }
      answered += rows;
      return (double) (clock.nanos() - began) / rows;
    }

    /** It may have more rows than go into one call. */
    private int computeAlone(Job job) throws EngineException {
      int rows = job.rows.rows();
      int most = Math.min(rows, callRows);
      room.reserve((long) most * inputs, (long) most * outputs);
      for (int from = 0; from < rows; from += most) {
        int n = Math.min(most, rows - from);
        room.put(job.rows.inputs(), from * inputs, n * inputs, 0);
        session.predict(room.features(), n, room.scores());
        room.get(0, job.scores, from * outputs, n * outputs);
      }
      return rows;
    }
  }
}
