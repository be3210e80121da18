package dev.sluice.schemas.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A table in a CSV file, gzip-compressed or not, stored as an artifact.
 *
 * @param artifact digest of the file's bytes as stored in sluice.artifacts
 * @param header whether the first line holds column names; null: decided by whether that line
 *     parses as numbers
 * @param label column of the label: a name from the header or a zero-based position; null: the rows
 *     carry no label
 * @param features feature columns by name or zero-based position, in model order; empty: every
 *     column but the label
 * @param target whether labels are classes or numbers
 * @param holdout fraction of rows kept out of training, in [0, 1); ignored where holdoutArtifact is
 *     set
 * @param holdoutArtifact digest of a second file, of the same columns, whose rows are the held-out
 *     ones; null: holdout applies
 * @param splitSeed seed of the random split into training and held-out rows
 * @param rows which of the rows this job reads; training jobs train on TRAINING rows whatever
 *     stands here
 * @param featureScaling scaling of every feature column
 * @param targetScaling scaling of a regression label; predictions are given back in the label's own
 *     unit
 * @param csv how the file writes its table
 * @param missing what becomes of a cell without a value in a feature column; in inference the model
 *     decides
 * @param categorical feature columns whose cells are names of categories, by name or zero-based
 *     position; in inference the model decides
 * @param stratified whether the split holds out the same share of each class
 */
public record DatasetSpec(
    String artifact,
    @Nullable Boolean header,
    @Nullable String label,
    List<String> features,
    Target target,
    double holdout,
    @Nullable String holdoutArtifact,
    long splitSeed,
    Rows rows,
    Scaling featureScaling,
    Scaling targetScaling,
    CsvOptions csv,
    Missing missing,
    List<String> categorical,
    boolean stratified) {
  public DatasetSpec {
    features = List.copyOf(features);
    categorical = List.copyOf(categorical);
  }

  /** A plain CSV file of numbers without gaps, split at random. */
  public DatasetSpec(
      String artifact,
      @Nullable Boolean header,
      @Nullable String label,
      List<String> features,
      Target target,
      double holdout,
      @Nullable String holdoutArtifact,
      long splitSeed,
      Rows rows,
      Scaling featureScaling,
      Scaling targetScaling) {
    this(
        artifact,
        header,
        label,
        features,
        target,
        holdout,
        holdoutArtifact,
        splitSeed,
        rows,
        featureScaling,
        targetScaling,
        CsvOptions.PLAIN,
        Missing.REFUSE,
        List.of(),
        false);
  }

  /** The same of other files. */
  public DatasetSpec withFiles(String file, @Nullable String holdoutFile) {
    return new DatasetSpec(
        file,
        header,
        label,
        features,
        target,
        holdout,
        holdoutFile,
        splitSeed,
        rows,
        featureScaling,
        targetScaling,
        csv,
        missing,
        categorical,
        stratified);
  }
}
