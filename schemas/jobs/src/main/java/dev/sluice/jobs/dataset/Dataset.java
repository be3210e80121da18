package dev.sluice.jobs.dataset;

import dev.sluice.schemas.wire.Affine;
import dev.sluice.schemas.wire.DatasetSpec;
import dev.sluice.schemas.wire.FeatureColumn;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.Rows;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A data set as one job reads it: columns chosen, rows split, values scaled. A pure function of the
 * file's bytes and the job's {@link DatasetSpec}, to the bit, on every machine. Immutable.
 *
 * <p>The split: rows are put into a random order that depends on splitSeed alone; the first
 * round(rows x holdout) of them are held out. Each part is then read in the order of the file. With
 * a second file, its rows are the held-out ones and every row of the first is for training.
 *
 * <p>Scaling constants come from the training rows, summed in binary64 in row order: mean and
 * population standard deviation, or minimum and range; 1 as the scale of a constant column. A
 * scaled value is {@code (float) ((x - shift) / scale)}, computed in binary64, where x is the
 * file's number rounded to binary32.
 */
public final class Dataset {
  private final List<String> featureNames;
  private final List<FeatureColumn> columns;
  private final int features;
  private final List<String> classes;
  private final Affine featureScale;
  private final Affine targetScale;
  private final Rows rows;
  private final long dropped;
  private final RowSet all;
  private final RowSet training;
  private final RowSet holdout;

  Dataset(
      List<String> featureNames,
      List<FeatureColumn> columns,
      List<String> classes,
      Affine featureScale,
      Affine targetScale,
      Rows rows,
      long dropped,
      RowSet all,
      RowSet training,
      RowSet holdout) {
    this.featureNames = List.copyOf(featureNames);
    this.columns = List.copyOf(columns);
    this.features = featureScale.shift().size();
    this.classes = List.copyOf(classes);
    this.featureScale = featureScale;
    this.targetScale = targetScale;
    this.rows = rows;
    this.dropped = dropped;
    this.all = all;
    this.training = training;
    this.holdout = holdout;
  }

  /**
   * Reads a data set for training: classes and scaling come from the training rows, and every row
   * needs a label.
   *
   * @param spec what to read
   * @param file the bytes that spec.artifact names, gzip-compressed or not
   * @param holdoutFile the bytes that spec.holdoutArtifact names; null where it names none
   */
  public static DatasetResult forTraining(
      DatasetSpec spec, byte[] file, byte @Nullable [] holdoutFile) {
    return new DatasetLoader(spec, null).load(file, holdoutFile);
  }

  /**
   * Reads a data set to be answered by a model: with the model's classes and scaling; labels may be
   * missing, and single rows out of the range of binary32, which {@link RowSet#usable} tells. The
   * model, not the specification, says whether labels are classes or numbers. Where the job names
   * no feature columns and both the file and the model have names, the columns are the model's, in
   * its order, and others are left alone.
   *
   * @param spec what to read
   * @param file the bytes that spec.artifact names, gzip-compressed or not
   * @param holdoutFile the bytes that spec.holdoutArtifact names; null where it names none
   * @param model the network that will answer
   */
  public static DatasetResult forInference(
      DatasetSpec spec, byte[] file, byte @Nullable [] holdoutFile, NetworkFacts model) {
    Known known =
        new Known(
            model.features(),
            model.columns(),
            model.classes(),
            model.featureScale(),
            model.targetScale());
    return new DatasetLoader(spec, known).load(file, holdoutFile);
  }

  /** What a model fixes; an empty list of feature names means that it knows none. */
  record Known(
      List<String> features,
      List<FeatureColumn> columns,
      List<String> classes,
      Affine featureScale,
      Affine targetScale) {
    Known {
      features = List.copyOf(features);
      columns = List.copyOf(columns);
      classes = List.copyOf(classes);
    }
  }

  /** Names of the feature columns in model order; empty where the file has no header. */
  public List<String> featureNames() {
    return featureNames;
  }

  /**
   * How each feature column becomes inputs, in model order; empty where each is a number without
   * gaps.
   */
  public List<FeatureColumn> columns() {
    return columns;
  }

  /** Inputs of a network: one for each feature column, but for those that hold categories. */
  public int features() {
    return features;
  }

  /** Rows that are in no part of the split because something is missing in them. */
  public long dropped() {
    return dropped;
  }

  /**
   * Names of the classes, as labels are written, in output order: by value if all are numbers, else
   * by their characters. Empty for regression.
   */
  public List<String> classes() {
    return classes;
  }

  /** Scaling of the features, one pair per input; (0, 1) where nothing is scaled. */
  public Affine featureScale() {
    return featureScale;
  }

  /** Scaling of the label: one pair for regression, none for classification. */
  public Affine targetScale() {
    return targetScale;
  }

  /** The training rows. */
  public RowSet training() {
    return training;
  }

  /** The held-out rows; may be empty. */
  public RowSet holdout() {
    return holdout;
  }

  /** The rows asked for; ALL means every row of the first file. */
  public RowSet rows(Rows which) {
    return switch (which) {
      case ALL -> all;
      case TRAINING -> training;
      case HOLDOUT -> holdout;
    };
  }

  /** The rows that an inference job answers: those that its specification selects. */
  public RowSet selected() {
    return rows(rows);
  }
}
