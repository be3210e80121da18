package dev.sluice.jobs.dataset;

import dev.sluice.jobs.rules.JobLimits;

/** How large a data set may be. One is held in memory by every worker of its job. */
public final class DatasetLimits {
  /** Bytes of text after decompression. */
  public static final long TEXT_BYTES_MAX = 1L << 29;

  /** Fields in a line. */
  public static final int COLUMNS_MAX = JobLimits.FEATURES_MAX;

  /** Data rows in a file. */
  public static final int ROWS_MAX = 10_000_000;

  /** Feature values in a file: rows times feature columns; 512 MiB as binary32. */
  public static final int VALUES_MAX = 1 << 27;

  /** Classes in a label column; beyond, the column is hardly a class. */
  public static final int CLASSES_MAX = 10_000;

  /** Different categories in all categorical columns of a file. */
  public static final int CATEGORIES_MAX = COLUMNS_MAX;

  /** Characters in one field. */
  public static final int FIELD_CHARS_MAX = 1 << 16;

  private DatasetLimits() {}
}
