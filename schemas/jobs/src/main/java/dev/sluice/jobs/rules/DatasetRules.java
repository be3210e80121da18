package dev.sluice.jobs.rules;

import dev.sluice.schemas.problem.Problems;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.CsvOptions;
import dev.sluice.schemas.wire.DatasetSpec;
import java.util.HashSet;
import java.util.Set;

/** Rules for the data set of a job. */
final class DatasetRules {
  /** Lines that may stand before a table. */
  private static final int SKIP_LINES_MAX = 1_000_000;

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
          Code.INVALID_NAME,
          "dataset.label",
          "The label column's name is blank.",
          "A column goes by its name in the header, or by its position from 0.",
          "Name the column, or leave label out if the rows carry none.");
    }
    checkFeatures(dataset, problems);
    checkCsv(dataset.csv(), problems);
    checkCategorical(dataset, problems);
    if (dataset.stratified() && dataset.label() == null) {
      problems.add(
          Code.CONTRADICTION,
          "dataset.stratified",
          "The split is to be stratified, but no label column is named.",
          "A stratified split holds out the same share of the rows of each label.",
          "Name the column in dataset.label, or leave stratified out.");
    }
  }

  private static void checkCsv(CsvOptions csv, Problems problems) {
    if (!separates(csv.delimiter())) {
      problems.add(
          Code.INVALID_VALUE,
          "dataset.delimiter",
          "'" + csv.delimiter() + "' can't separate fields.",
          "A delimiter is one character, and neither a double quote, a line break, a letter, a"
              + " digit nor one of + - . as in numbers.",
          "Write for example delimiter: ';' or delimiter: tab, or leave it out for commas.");
    }
    if (!csv.comment().isEmpty()
        && (!separates(csv.comment()) || csv.comment().equals(csv.delimiter()))) {
      problems.add(
          Code.INVALID_VALUE,
          "dataset.comment",
          "'" + csv.comment() + "' can't begin a comment.",
          "A comment begins with one character, which is neither the delimiter, a double quote, a"
              + " line break, a letter, a digit nor one of + - . as in numbers.",
          "Write for example comment: '#', or leave it out where there are none.");
    }
    Range.of("skipLines", 0, SKIP_LINES_MAX).check("dataset.skipLines", csv.skipLines(), problems);
  }

  /** Quotes, ends of lines, and what numbers are made of beside digits. */
  private static final String NEITHER = "\"\r\n\0+-.";

  private static boolean separates(String text) {
    return text.length() == 1
        && NEITHER.indexOf(text.charAt(0)) < 0
        && !Character.isLetterOrDigit(text.charAt(0))
        && !Character.isSurrogate(text.charAt(0));
  }

  private static void checkCategorical(DatasetSpec dataset, Problems problems) {
    if (dataset.categorical().size() > JobLimits.FEATURES_MAX) {
      problems.add(
          Code.TOO_MANY,
          "dataset.categorical",
          "The job names " + dataset.categorical().size() + " categorical columns.",
          "A data set has at most " + JobLimits.FEATURES_MAX + " columns.",
          "Name fewer.");
      return;
    }
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < dataset.categorical().size(); i++) {
      String column = dataset.categorical().get(i);
      String where = "dataset.categorical[" + i + "]";
      if (column.isBlank()) {
        problems.add(
            Code.INVALID_NAME,
            where,
            "A categorical column's name is blank.",
            "A column goes by its name in the header, or by its position from 0.",
            "Name the column.");
      } else if (!seen.add(column)) {
        problems.add(
            Code.NAMED_TWICE,
            where,
            "Column '" + column + "' is named twice.",
            "",
            "Leave one out.");
      } else if (column.equals(dataset.label())) {
        problems.add(
            Code.CONTRADICTION,
            where,
            "Column '" + column + "' is the label.",
            "Only feature columns are encoded; the label of a classification is a class anyway.",
            "Leave it out of categorical.");
      }
    }
  }

  static void checkDigest(String where, String digest, Problems problems) {
    if (!Names.isDigest(digest)) {
      problems.add(
          Code.INVALID_VALUE,
          where,
          "'" + digest + "' is not the digest of a file.",
          "A digest is sha256: followed by 64 lower-case hexadecimal digits.",
          "Upload the file (PUT /v1/artifacts) and use the digest that this returns.");
    }
  }

  private static void checkFeatures(DatasetSpec dataset, Problems problems) {
    if (dataset.features().size() > JobLimits.FEATURES_MAX) {
      problems.add(
          Code.TOO_MANY,
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
            Code.INVALID_NAME,
            where,
            "A feature column's name is blank.",
            "A column goes by its name in the header, or by its position from 0.",
            "Name the column.");
      } else if (!seen.add(feature)) {
        problems.add(
            Code.NAMED_TWICE,
            where,
            "Column '" + feature + "' is named twice.",
            "Each feature column is one input of the model.",
            "Leave one of them out.");
      } else if (feature.equals(dataset.label())) {
        problems.add(
            Code.CONTRADICTION,
            where,
            "Column '" + feature + "' is both the label and a feature.",
            "A model that sees the answer learns nothing.",
            "Leave it out of the features.");
      }
    }
  }
}
