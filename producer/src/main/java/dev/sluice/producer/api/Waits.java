package dev.sluice.producer.api;

import dev.sluice.jobs.state.Job;
import dev.sluice.producer.lag.LagReport;
import dev.sluice.producer.lag.Queue;
import dev.sluice.producer.view.ClusterView;
import dev.sluice.producer.view.JobsView;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.OpenTask;
import dev.sluice.schemas.wire.PredictionSpec;
import dev.sluice.schemas.wire.QuantisationSpec;
import dev.sluice.schemas.wire.TrainingSpec;
import dev.sluice.schemas.wire.WorkerHeartbeat;
import dev.sluice.schemas.wire.WorkerLife;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What jobs wait for, as it follows from what is known; nothing of it is stored.
 *
 * @param alive the last heartbeats of workers that are not silent
 * @param lag the latest sample of lag
 * @param nowMs the time, milliseconds since the epoch on the brokers' clock
 */
public record Waits(List<WorkerHeartbeat> alive, LagReport lag, long nowMs) {

  /** A request that the ledger has not decided on for so long waits for a coordinator. */
  private static final long LEDGER_SILENCE_MS = 10_000;

  public Waits {
    alive = List.copyOf(alive);
  }

  /** What a job waits for; null where it has ended. */
  public @Nullable WaitView of(Job job) {
    if (JobsView.isTerminal(job.status())) {
      return null;
    }
    return works(job).or(this::ledger).orElseGet(() -> unattended(job));
  }

  private WaitView unattended(Job job) {
    return switch (job.status()) {
      case HELD -> {
        var cause = job.cause();
        var why = cause == null ? "" : ": " + cause.what();
        yield new WaitView("no-lane", "is held until a lane can run it" + why);
      }
      case RESOLVING -> new WaitView("model", "waits for the version of model " + model(job));
      case REGISTERING ->
          new WaitView("model", "waits for the version number of model " + model(job));
      case PREPARING, RUNNING, EXPORTING -> waiting(job);
      case SUCCEEDED, FAILED, CANCELLED, REFUSED ->
          throw new IllegalArgumentException("job " + job.jobId() + " has ended");
    };
  }

  private static String model(Job job) {
    return switch (job.spec().work()) {
      case TrainingSpec training -> String.valueOf(training.register());
      case InferenceSpec inference -> inference.model() + "@" + inference.version();
      case QuantisationSpec quantisation -> quantisation.model() + "@" + quantisation.version();
      case PredictionSpec prediction -> prediction.model() + "@" + prediction.version();
    };
  }

  private Optional<WaitView> works(Job job) {
    return job.open().stream()
        .filter(OpenTask::underWay)
        .flatMap(task -> last(task).filter(this::lives).stream().map(worker -> said(task, worker)))
        .findFirst();
  }

  private WaitView said(OpenTask task, WorkerLife worker) {
    boolean known = task.begunMs() > 0;
    return new WaitView(
        "works",
        "has task "
            + task.taskId()
            + " under way on worker "
            + worker.worker()
            + (known ? ", for " + Math.max(0, nowMs - task.begunMs()) / 1_000 + " s" : ""),
        worker.worker(),
        known ? task.begunMs() : null);
  }

  private static Optional<WorkerLife> last(OpenTask task) {
    var begun = task.begun();
    return begun.isEmpty() ? Optional.empty() : Optional.of(begun.getLast());
  }

  private boolean lives(WorkerLife process) {
    return alive.stream().anyMatch(worker -> worker.who().equals(process));
  }

  private Optional<WaitView> ledger() {
    return lag.topics().stream()
        .filter(topic -> topic.queue().equals(Queue.LEDGER))
        .map(topic -> Optional.ofNullable(topic.oldestAgeMs()).orElse(0L))
        .filter(ageMs -> ageMs > LEDGER_SILENCE_MS)
        .map(
            ageMs ->
                new WaitView(
                    "ledger",
                    "waits for the ledger, which has left a request lying for "
                        + ageMs / 1000
                        + " s; health says why where that is known"))
        .findFirst();
  }

  private WaitView waiting(Job job) {
    if (job.open().isEmpty()) {
      return new WaitView("ledger", "waits for the ledger's next task");
    }
    var task =
        job.open().stream()
            .filter(open -> !open.underWay())
            .findFirst()
            .orElse(job.open().getFirst());
    var lane = ClusterView.lane(job, task);
    var there = alive.stream().filter(w -> w.lane().equals(lane) && !w.leaving()).toList();
    if (there.isEmpty()) {
      return new WaitView("worker", "waits for a worker of lane " + lane);
    }
    var training = job.training();
    if (training != null && there.stream().noneMatch(w -> w.engine().equals(training.engine()))) {
      return new WaitView(
          "engine",
          "waits for a worker of lane " + lane + " whose engine is that of its first tasks");
    }
    if (task.underWay()) {
      return new WaitView(
          "gone",
          "waits until task %s is given to another worker, as %s is silent"
              .formatted(task.taskId(), last(task).map(WorkerLife::worker).orElse("the last")));
    }
    long behind = behind(job, lane);
    return new WaitView(
        "queue",
        behind == 0
            ? "waits until a worker of lane " + lane + " is free"
            : "waits behind " + behind + (behind == 1 ? " task" : " tasks") + " in lane " + lane);
  }

  /** Tasks of others that wait in a lane. */
  private long behind(Job job, String lane) {
    long own =
        job.open().stream()
            .filter(task -> !task.underWay() && ClusterView.lane(job, task).equals(lane))
            .count();
    long waiting =
        lag.lanes().stream()
            .filter(queue -> queue.queue().name().equals(lane))
            .mapToLong(queue -> queue.waiting())
            .sum();
    return Math.max(0, waiting - own);
  }
}
