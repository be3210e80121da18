package dev.sluice.producer.spec;

/**
 * A file on the submitter's machine that a job file names; it has to become an artifact before the
 * job is submitted.
 *
 * @param where path in the document, such as {@code dataset.file}
 * @param file the path as written; relative to the job file's folder
 */
public record FileReference(String where, String file) {

  /** Where the data set is named. */
  public static final String DATASET = Paths.DATASET_FILE;

  /** Where a second file of held-out rows is named. */
  public static final String HOLDOUT = Paths.HOLDOUT_FILE;
}
