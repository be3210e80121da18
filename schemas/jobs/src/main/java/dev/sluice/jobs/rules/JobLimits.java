package dev.sluice.jobs.rules;

/** How much one job may ask for. */
public final class JobLimits {
  /** Samples per optimizer step. */
  public static final int BATCH_MAX = 1 << 20;

  /** Rows per call of the engine in inference. */
  public static final int INFERENCE_BATCH_MAX = 1 << 16;

  /** Bytes of the rows that a job has itself. */
  public static final int ROWS_BYTES_MAX = 1 << 20;

  /** Virtual shards; each contributes to every block of every step. */
  public static final int SHARDS_MAX = 1 << 10;

  /**
   * Bytes that the fold keeps for one training job; see {@link FoldMemory}. A coordinator's heap
   * has room for this, for the copies that a checkpoint and a publication make of parts of it, and,
   * in three eighths of it at most, for contributions that wait as they came.
   */
  public static final long FOLD_BYTES_MAX = 512L << 20;

  /** Passes over the training rows. */
  public static final int EPOCHS_MAX = 1_000_000;

  /** Optimizer steps. */
  public static final long STEPS_MAX = 1_000_000_000L;

  /** Steps that a replica makes by itself. */
  public static final int LOCAL_STEPS_MAX = 1 << 16;

  /** Lanes that one job names. */
  public static final int LANES_MAX = 64;

  /** Feature columns, and columns of a data set altogether. */
  public static final int FEATURES_MAX = 1 << 14;

  /** Rows from which a quantisation takes the ranges of values. */
  public static final int CALIBRATION_ROWS_MAX = 1 << 16;

  private JobLimits() {}
}
