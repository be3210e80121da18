package dev.sluice.jobs.rules;

import dev.sluice.schemas.problem.NearestName;
import dev.sluice.schemas.problem.Problems;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.ClassWeights;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.Epochs;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.PredictionSpec;
import dev.sluice.schemas.wire.QuantisationSpec;
import dev.sluice.schemas.wire.Rows;
import dev.sluice.schemas.wire.Steps;
import dev.sluice.schemas.wire.Target;
import dev.sluice.schemas.wire.TrainingSpec;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The rules that every job keeps, whether it came through the HTTP API or was written to the topic
 * directly. Places are paths in a job file, which a submitter of records can read just as well.
 */
public final class JobValidation {
  /** The columns that the output of an inference job may have. */
  public static final List<String> OUTPUT_COLUMNS =
      List.of("row", "prediction", "label", "probability", "probabilities", "scores");

  private static final int CLASS_WEIGHT_MAX = 1_000_000;

  private JobValidation() {}

  /**
   * Everything that is wrong with a job, as far as it can be known without its data.
   *
   * @return a bounded list, see {@link Problems#list}; empty for a job that may be admitted
   */
  public static List<Cause> check(JobSpec job) {
    Problems problems = new Problems();
    checkEnvelope(job, problems);
    switch (job.work()) {
      case TrainingSpec training -> checkTraining(training, problems);
      case InferenceSpec inference -> checkInference(inference, problems);
      case QuantisationSpec quantisation -> checkQuantisation(quantisation, problems);
      case PredictionSpec prediction -> checkPrediction(prediction, problems);
    }
    return problems.list();
  }

  private static void checkEnvelope(JobSpec job, Problems problems) {
    if (!Names.isTenant(job.tenant())) {
      problems.add(
          Code.INVALID_NAME,
          "tenant",
          "'" + job.tenant() + "' cannot be a tenant's name.",
          "A tenant's name has " + Names.MODEL_RULE + ".",
          "Choose such a name, or leave tenant out.");
    }
    if (!Names.isJobName(job.name())) {
      problems.add(
          Code.INVALID_NAME,
          "name",
          "The job's name is too long or has control characters.",
          "It is shown to people: at most "
              + Names.JOB_NAME_CHARS_MAX
              + " characters, all of them printable.",
          "Shorten it, or leave it out.");
    }
    checkLanes("lanes", job.lanes(), problems);
    checkLanes("notLanes", job.wishes().notLanes(), problems);
    for (var lane : job.wishes().notLanes()) {
      if (job.lanes().contains(lane)) {
        problems.add(
            Code.CONTRADICTION,
            "notLanes",
            "Lane '" + lane + "' is both asked for and ruled out.",
            "It stands in lanes and in notLanes.",
            "Leave it out of one of the two.");
      }
    }
  }

  private static void checkLanes(String field, List<String> lanes, Problems problems) {
    if (lanes.size() > JobLimits.LANES_MAX) {
      problems.add(
          Code.TOO_MANY,
          field,
          "The job names " + lanes.size() + " lanes.",
          "A job names at most " + JobLimits.LANES_MAX + ".",
          "Name fewer, or leave " + field + " out.");
      return;
    }
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < lanes.size(); i++) {
      String lane = lanes.get(i);
      if (!Names.isLane(lane)) {
        problems.add(
            Code.INVALID_NAME,
            field + "[" + i + "]",
            "'" + lane + "' cannot be a lane's name.",
            "A lane's name has " + Names.LANE_RULE + ".",
            "`sluice lanes` lists the lanes there are.");
      } else if (!seen.add(lane)) {
        problems.add(
            Code.NAMED_TWICE,
            field + "[" + i + "]",
            "Lane '" + lane + "' is named twice.",
            "",
            "Leave one out.");
      }
    }
  }

  private static void checkTraining(TrainingSpec job, Problems problems) {
    DatasetRules.check(job.dataset(), problems);
    if (job.dataset().label() == null) {
      problems.add(
          Code.MISSING_FIELD,
          "dataset.label",
          "No label column is named.",
          "Training compares the model's answer with the label of every row.",
          "Name the column that holds the answer, or give its position from 0.");
    }
    if (job.dataset().stratified() && job.dataset().target() == Target.REGRESSION) {
      problems.add(
          Code.CONTRADICTION,
          "dataset.stratified",
          "The split is to be stratified, but the target is a number.",
          "A stratified split holds out the same share of the rows of each class.",
          "Leave stratified out, or set dataset.target: classification.");
    }
    ModelRules.check(job, problems);
    OptimizerRules.check(job, problems);
    Range.of("batch", 1, JobLimits.BATCH_MAX).check("batch", job.batch(), problems);
    checkShards(job, problems);
    EncodingRules.check(job, problems);
    LocalStepsRules.check(job, problems);
    Range.nonNegative("clipNorm", "1").check("clipNorm", job.clipNorm(), problems);
    switch (job.length()) {
      case Epochs(int count) ->
          Range.of("epochs", 1, JobLimits.EPOCHS_MAX).check("epochs", count, problems);
      case Steps(long count) ->
          Range.of("steps", 1, JobLimits.STEPS_MAX).check("steps", (double) count, problems);
    }
    checkClassWeights(job, problems);
    StoppingRules.check(job, problems);
    String register = job.register();
    if (register != null && !Names.isModel(register)) {
      addBadModelName("register", register, problems);
    }
  }

  private static void checkClassWeights(TrainingSpec job, Problems problems) {
    var asked = job.classWeights();
    if (asked.equals(ClassWeights.NONE)) {
      return;
    }
    if (job.dataset().target() == Target.REGRESSION) {
      problems.add(
          Code.CONTRADICTION,
          "classWeights",
          "Classes are weighted, but the target is a number.",
          "A regression has no classes.",
          "Leave classWeights out, or set dataset.target: classification.");
    }
    if (asked.balanced() && !asked.weights().isEmpty()) {
      problems.add(
          Code.CONTRADICTION,
          "classWeights",
          "The classes are balanced and weighted by hand as well.",
          "Each decides alone how much a class counts.",
          "Keep one of them.");
    }
    Set<String> seen = new HashSet<>();
    for (var one : asked.weights()) {
      String where = "classWeights." + one.name();
      if (!(one.weight() > 0 && one.weight() <= CLASS_WEIGHT_MAX)) {
        problems.add(
            Code.OUT_OF_RANGE,
            where,
            "A class can't count " + one.weight() + " times.",
            "A weight is a number above 0, at most " + CLASS_WEIGHT_MAX + ".",
            "Write such a number, or leave the class out; it counts 1 then.");
      } else if (!seen.add(one.name())) {
        problems.add(
            Code.NAMED_TWICE,
            where,
            "Class '" + one.name() + "' is weighted twice.",
            "",
            "Leave one out.");
      }
    }
  }

  private static void checkShards(TrainingSpec job, Problems problems) {
    int shards = job.shards();
    if (!Range.of("shards", 1, JobLimits.SHARDS_MAX).check("shards", shards, problems)) {
      return;
    }
    int below = Integer.highestOneBit(shards);
    if (shards != below) {
      problems.add(
          Code.OUT_OF_RANGE,
          "shards",
          shards + " shards are asked for.",
          "Gradients are summed over a binary tree of shards, so their number is a power of two.",
          "Set shards to " + below + " or " + below * 2 + ".");
    } else if (job.batch() >= 1 && shards > job.batch()) {
      problems.add(
          Code.CONTRADICTION,
          "shards",
          shards + " shards share a batch of " + job.batch() + ".",
          "Each step's rows are split among the shards, and some would never get one.",
          "Set shards to " + Integer.highestOneBit(job.batch()) + " or fewer, or a larger batch.");
    }
  }

  private static void checkQuantisation(QuantisationSpec job, Problems problems) {
    checkModel(job.model(), job.version(), problems);
    if (!job.format().equals("int8")) {
      problems.add(
          Code.UNKNOWN_CHOICE,
          "format",
          "A model can't be quantised to '" + job.format() + "'.",
          "int8 is the format for which calibration is known here.",
          "Write `format: int8`, or leave format out.");
    }
    DatasetRules.check(job.dataset(), problems);
    Range.of("rows", 1, JobLimits.CALIBRATION_ROWS_MAX).check("rows", job.rows(), problems);
    var register = job.register();
    if (register != null && !Names.isModel(register)) {
      addBadModelName("register", register, problems);
    }
  }

  private static void checkModel(String name, String version, Problems problems) {
    if (!Names.isModel(name)) {
      addBadModelName("model", name, problems);
    }
    if (!Names.isVersion(version)) {
      problems.add(
          Code.INVALID_NAME,
          "model",
          "'" + version + "' cannot be a version of a model.",
          "A version is a number from 1, 'latest', or an alias: " + Names.ALIAS_RULE + ".",
          "Write for example digits@1, digits@latest or digits@production.");
    }
  }

  private static void checkInference(InferenceSpec job, Problems problems) {
    checkModel(job.model(), job.version(), problems);
    DatasetRules.check(job.dataset(), problems);
    checkRows(job, problems);
    if (job.batch() != InferenceSpec.BATCH_FOUND) {
      Range.of("batch", 1, JobLimits.INFERENCE_BATCH_MAX).check("batch", job.batch(), problems);
    }
    checkColumns(job, problems);
  }

  /** What its rows are is for whoever reads them: only that is said here which needs no reading. */
  private static void checkPrediction(PredictionSpec job, Problems problems) {
    checkModel(job.model(), job.version(), problems);
    int bytes = job.rows().remaining();
    if (bytes == 0) {
      problems.add(
          Code.NO_ROWS,
          "rows",
          "There are no rows to answer.",
          "The job has none.",
          "Write for example rows: [[5.1, 3.5, 1.4, 0.2]].");
    } else if (bytes > JobLimits.ROWS_BYTES_MAX) {
      problems.add(
          Code.TOO_LARGE,
          "rows",
          "The rows have " + bytes + " bytes.",
          "A job itself takes rows of at most " + JobLimits.ROWS_BYTES_MAX + " bytes.",
          "Upload them as a CSV file, and name that as dataset.artifact.");
    }
    if (job.names().size() > JobLimits.FEATURES_MAX) {
      problems.add(
          Code.TOO_MANY,
          "names",
          "The rows have " + job.names().size() + " columns.",
          "At most " + JobLimits.FEATURES_MAX + " are taken.",
          "Leave out columns that the model does not know.");
    }
  }

  private static void checkRows(InferenceSpec job, Problems problems) {
    boolean secondFile = job.dataset().holdoutArtifact() != null;
    if (job.dataset().rows() == Rows.HOLDOUT && !secondFile && !(job.dataset().holdout() > 0)) {
      problems.add(
          Code.CONTRADICTION,
          "dataset.rows",
          "The held-out rows are asked for, but none are held out.",
          "dataset.holdout is 0 or not given.",
          "Give holdout and splitSeed as in the training job, or set rows: all.");
    }
    if (job.dataset().rows() != Rows.HOLDOUT && secondFile) {
      problems.add(
          Code.CONTRADICTION,
          "dataset.holdout",
          "A hold-out file is given, but its rows are not asked for.",
          "dataset.rows decides which rows are answered.",
          "Set rows: holdout, or leave the hold-out file out.");
    }
  }

  private static void checkColumns(InferenceSpec job, Problems problems) {
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < job.columns().size(); i++) {
      String column = job.columns().get(i);
      String where = "columns[" + i + "]";
      if (!OUTPUT_COLUMNS.contains(column)) {
        problems.add(
            Code.UNKNOWN_CHOICE,
            where,
            "There is no output column '" + column + "'.",
            "The output columns are " + String.join(", ", OUTPUT_COLUMNS) + ".",
            NearestName.hint(column, OUTPUT_COLUMNS) + "Choose among these.");
      } else if (!seen.add(column)) {
        problems.add(
            Code.NAMED_TWICE,
            where,
            "Output column '" + column + "' is named twice.",
            "",
            "Leave one out.");
      } else if (column.equals("label") && job.dataset().label() == null) {
        problems.add(
            Code.CONTRADICTION,
            where,
            "The labels are to be shown, but the data set names no label column.",
            "Without dataset.label, every column counts as a feature.",
            "Set dataset.label, or leave this output column out.");
      }
    }
  }

  private static void addBadModelName(String where, String name, Problems problems) {
    problems.add(
        Code.INVALID_NAME,
        where,
        "'" + name + "' cannot be a model's name.",
        "A model's name has " + Names.MODEL_RULE + ".",
        "Choose such a name.");
  }
}
