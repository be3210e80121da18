package dev.sluice.producer.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A job as the API shows it. Times are milliseconds since the epoch on the broker's clock.
 *
 * @param jobId job id
 * @param tenant whose it is
 * @param name a name for people; may be empty
 * @param kind training, inference or quantisation
 * @param status held, resolving, preparing, running, exporting, registering, succeeded, failed,
 *     cancelled or refused
 * @param finished whether the status is one of the last four
 * @param priority high, normal or low
 * @param lane lane chosen; empty: none
 * @param submittedMs when it was submitted
 * @param updatedMs when its state last changed
 * @param finishedMs when it reached its outcome; null before
 * @param progress how far it is
 * @param training present for training jobs once the data set was read
 * @param inference present for inference jobs once the model was found
 * @param prediction answers of an inference job that had its rows itself; null before, and of
 *     others
 * @param model the model that training made; null before
 * @param cause why it failed, was refused, is held or was cancelled; null otherwise
 * @param verdicts admission's verdict for every lane; null in lists that don't ask for them
 * @param tasks tasks that are dispatched and not reported
 * @param placement why it went to its lane; null before
 * @param notes sentences on what the job file leaves out and one may have wanted, and on a newer
 *     record about the job that can't be read
 * @param waitsFor what it waits for, or who works on it; null once it has ended
 * @param spec the job as it was submitted, with defaults filled in; null in lists that don't ask
 *     for it
 */
public record JobView(
    String jobId,
    String tenant,
    String name,
    String kind,
    String status,
    boolean finished,
    String priority,
    String lane,
    long submittedMs,
    long updatedMs,
    @Nullable Long finishedMs,
    Progress progress,
    @Nullable Training training,
    @Nullable Inference inference,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Prediction prediction,
    @Nullable ModelVersionView model,
    @Nullable CauseView cause,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable List<VerdictView> verdicts,
    List<TaskView> tasks,
    @Nullable PlacementView placement,
    List<String> notes,
    @Nullable WaitView waitsFor,
    @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable JsonNode spec) {

  /**
   * How far a job is.
   *
   * @param done units done
   * @param total units in all; 0 where that isn't known yet
   * @param unit steps or tasks
   * @param fraction done / total, in [0, 1]
   */
  public record Progress(long done, long total, String unit, double fraction) {}

  /**
   * How far a training job is.
   *
   * @param step optimizer steps done
   * @param steps optimizer steps in all
   * @param epoch epoch that the next step belongs to, from 1; of a training that has ended its last
   * @param epochs epochs in all, the last one possibly cut short
   * @param loss mean loss per sample of the epoch so far; null before the first step
   * @param samples samples trained on
   * @param samplesPerSecond at present, or on average once finished
   * @param seconds time spent in steps so far; null before the first
   * @param rows rows trained on
   * @param holdoutRows rows held out
   * @param droppedRows rows left out because they lack a value
   * @param shards virtual shards
   * @param localSteps steps that each shard makes by itself before one of the optimizer steps that
   *     are counted here; 1: none
   * @param parameters trained values of the network
   * @param engine engine fingerprint that is pinned
   * @param foldVersion version of the fold's arithmetic that is pinned
   * @param workersFold whether workers fold for themselves, or read what a coordinator folds
   * @param encoding how sums of gradients travel: fp32, bf16 or int8
   * @param encodingGroups groups of shards whose sums are rounded to that; 0: none are
   * @param dataset digest of the data set that is pinned
   * @param lossCurve pairs of step and loss, as far as this producer saw them; null in lists that
   *     don't ask for them
   * @param validation what the held-out rows show; null where they are not looked at
   * @param computeSeconds time that workers spent computing gradients, summed and measured
   * @param modelled what the modelled accelerator would have taken for that; null where the
   *     accelerator is what it says
   */
  public record Training(
      long step,
      long steps,
      long epoch,
      long epochs,
      @Nullable Double loss,
      long samples,
      double samplesPerSecond,
      @Nullable Double seconds,
      long rows,
      long holdoutRows,
      long droppedRows,
      int shards,
      int localSteps,
      long parameters,
      String engine,
      int foldVersion,
      boolean workersFold,
      String encoding,
      int encodingGroups,
      String dataset,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable List<double[]> lossCurve,
      @Nullable ValidationView validation,
      double computeSeconds,
      @Nullable ModelledView modelled) {}

  /**
   * What the held-out rows show while parameters are trained.
   *
   * @param score accuracy or rmse: what points have beside the loss
   * @param points measurements in the order of their steps, thinned out where there are many; null
   *     in lists that don't ask for losses
   * @param bestStep step with the best parameters so far; null where training doesn't end early
   * @param keptStep step with the parameters that training gave; null before its end
   * @param stoppedEarly whether training ended before its length
   */
  public record ValidationView(
      String score,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable List<MeasuredView> points,
      @Nullable Long bestStep,
      @Nullable Long keptStep,
      boolean stoppedEarly) {}

  /**
   * Parameters as measured on all held-out rows; null for what is not finite.
   *
   * @param step optimizer steps done
   * @param loss mean of the objective over rows
   * @param score accuracy, or root of the mean squared error in the label's own unit
   */
  public record MeasuredView(long step, @Nullable Double loss, @Nullable Double score) {}

  /**
   * What was answered to the rows of a job that had them itself.
   *
   * @param model name of the model
   * @param version version that answered
   * @param rows the answers, in the order of the rows
   * @param worker who answered
   * @param engine its engine fingerprint
   * @param attempts attempts of its task
   * @param computeSeconds this job's share of the time in the engine
   * @param modelled what the modelled accelerator would have taken for that; null where the
   *     accelerator is what it says
   */
  public record Prediction(
      String model,
      int version,
      List<Row> rows,
      String worker,
      String engine,
      int attempts,
      double computeSeconds,
      @Nullable ModelledView modelled) {

    /**
     * The answer to a row.
     *
     * @param prediction name of the class, or number in the label's own unit; null where the
     *     network's output is not finite
     * @param probability probability of that class; null in regression
     * @param scores the network's outputs; null for what is not finite
     */
    public record Row(
        @Nullable String prediction,
        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Double probability,
        List<@Nullable Double> scores) {}
  }

  /**
   * How far an inference job is.
   *
   * @param model name of the model
   * @param version version that was resolved and is pinned
   * @param sha256 digest of that version's parameters
   * @param rows rows to answer; 0 before the data set was read
   * @param tasks tasks in all
   * @param finished tasks reported
   * @param rowsPerSecond average since the first task was dispatched
   * @param seconds time since the first task was dispatched; null before
   * @param metrics over the {@code rows} that carry a label, under the names of a model's metrics;
   *     {@code unknownLabels} of them name no class of the model and count as answered wrong;
   *     {@code rowsUnanswered} rows, from {@code firstRowUnanswered} on, have no answer
   * @param format number format in which the model computes
   * @param computeSeconds time that engines took, summed and measured
   * @param modelled what the modelled accelerator would have taken for that; null where the
   *     accelerator is what it says
   */
  public record Inference(
      String model,
      int version,
      String sha256,
      long rows,
      int tasks,
      int finished,
      double rowsPerSecond,
      @Nullable Double seconds,
      Map<String, Double> metrics,
      String format,
      double computeSeconds,
      @Nullable ModelledView modelled) {}

  /**
   * Whether, and why not, a lane can run the job.
   *
   * @param lane the lane
   * @param verdict chosen, possible or impossible
   * @param reasons all reasons where impossible
   * @param forecast what the job would take there; null where that isn't known
   */
  public record VerdictView(
      String lane, String verdict, List<ReasonView> reasons, @Nullable ForecastView forecast) {}

  /**
   * Why a lane can't run the job.
   *
   * @param code what kind of reason it is, for programs: see {@code schemas/codes.md}
   * @param what the reason, in plain words and numbers
   */
  public record ReasonView(String code, String what) {}

  /**
   * What a job is predicted to take; null where that can't be known.
   *
   * @param waitSeconds time until a worker is free
   * @param workSeconds time of the work itself, on the lane's accelerator
   * @param joules energy that the accelerator takes at most
   * @param basis modelled or measured
   */
  public record ForecastView(
      @Nullable Double waitSeconds,
      @Nullable Double workSeconds,
      @Nullable Double joules,
      String basis) {}

  /**
   * What a device would have taken for work that was done under its constraints on another one.
   *
   * @param seconds time, modelled
   * @param joules energy, modelled; null where the device's power is not known
   */
  public record ModelledView(double seconds, @Nullable Double joules) {}

  /**
   * Why a job went to its lane.
   *
   * @param aim finish or energy: what was lowered
   * @param fleetVersion offset in sluice.fleet of the last heartbeat seen
   * @param decidedMs when
   */
  public record PlacementView(String aim, long fleetVersion, long decidedMs) {}

  /**
   * A task in flight.
   *
   * @param taskId task id
   * @param kind prepare, term, export or infer
   * @param attempt attempt, from 1
   * @param issuedMs when it was dispatched
   * @param deadlineMs when it counts as lost
   * @param lane where it waits or runs
   */
  public record TaskView(
      String taskId, String kind, int attempt, long issuedMs, long deadlineMs, String lane) {}
}
