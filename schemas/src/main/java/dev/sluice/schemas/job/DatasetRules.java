package dev.sluice.schemas.job;

import dev.sluice.schemas.wire.DatasetSpec;
import java.util.HashSet;
import java.util.Set;

/** Rules for the data set of a job. */
final class DatasetRules {
  private DatasetRules() {}

  static void check(DatasetSpec dataset, Problems problems) {
    checkDigest("dataset.artifact", dataset.artifact(), problems);
    if (dataset.holdoutArtifact() != null) {
      checkDigest("dataset.holdout.artifact", dataset.holdoutArtifact(), problems);
    } else {
      Range.share("holdout", "0.2").check("dataset.holdout", dataset.holdout(), problems);
    }
    if (dataset.label() != null && dataset.label().isBlank()) {
      problems.add(
          "dataset.label",
          "The label column's name is blank.",
          "A column goes by its name in the header, or by its position from 0.",
          "Name the column, or leave label out if the rows carry none.");
    }
    checkFeatures(dataset, problems);
  }

  static void checkDigest(String where, String digest, Problems problems) {
    if (!Names.isDigest(digest)) {
      problems.add(
          where,
          "'" + digest + "' is not the digest of a file.",
          "A digest is sha256: followed by 64 lower-case hexadecimal digits.",
          "Upload the file (PUT /v1/artifacts) and use the digest that this returns.");
    }
  }

  private static void checkFeatures(DatasetSpec dataset, Problems problems) {
    if (dataset.features().size() > JobLimits.FEATURES_MAX) {
      problems.add(
          "dataset.features",
          "The job names " + dataset.features().size() + " feature columns.",
          "A data set has at most " + JobLimits.FEATURES_MAX + " columns.",
          "Name fewer, or leave features out to take every column but the label.");
      return;
    }
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < dataset.features().size(); i++) {
      String feature = dataset.features().get(i);
      String where = "dataset.features[" + i + "]";
      if (feature.isBlank()) {
        problems.add(
            where,
            "A feature column's name is blank.",
            "A column goes by its name in the header, or by its position from 0.",
            "Name the column.");
      } else if (!seen.add(feature)) {
        problems.add(
            where,
            "Column '" + feature + "' is named twice.",
            "Each feature column is one input of the model.",
            "Leave one of them out.");
      } else if (feature.equals(dataset.label())) {
        problems.add(
            where,
            "Column '" + feature + "' is both the label and a feature.",
            "A model that sees the answer learns nothing.",
            "Leave it out of the features.");
      }
    }
  }
}
