package dev.sluice.jobs.rules;

import dev.sluice.schemas.problem.Problems;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.Target;
import dev.sluice.schemas.wire.TrainingSpec;
import dev.sluice.schemas.wire.ValidationMetric;

/** Rules for training that ends before its length. */
final class StoppingRules {

  private static final String WHERE = "earlyStopping";

  private StoppingRules() {}

  static void check(TrainingSpec job, Problems problems) {
    var stopping = job.earlyStopping();
    if (stopping == null) {
      return;
    }
    Range.of("patience", 1, JobLimits.EPOCHS_MAX)
        .check(WHERE + ".patience", stopping.patience(), problems);
    Range.nonNegative("minDelta", "0.001")
        .check(WHERE + ".minDelta", stopping.minDelta(), problems);
    var dataset = job.dataset();
    if (dataset.holdoutArtifact() == null && dataset.holdout() == 0) {
      problems.add(
          Code.CONTRADICTION,
          WHERE,
          "Training is to end early, but no rows are held out.",
          "Whether there is still a gain shows on rows that are not trained on.",
          "Give the data set holdout: 0.2, or a file of its own, or leave earlyStopping out.");
    }
    boolean classes = dataset.target() == Target.CLASSIFICATION;
    var metric = stopping.metric();
    if (metric == (classes ? ValidationMetric.RMSE : ValidationMetric.ACCURACY)) {
      problems.add(
          Code.CONTRADICTION,
          WHERE + ".metric",
          classes ? "rmse is an error of numbers." : "accuracy is a share of right classes.",
          "The target of this job is a " + (classes ? "class." : "number."),
          "Write loss or " + (classes ? "accuracy." : "rmse."));
    }
  }
}
