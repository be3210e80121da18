package dev.sluice.producer.spec;

/** Where a job file may name a file. */
final class Paths {
  static final String DATASET_FILE = "dataset.file";
  static final String HOLDOUT_FILE = "dataset.holdout.file";
  static final String TORCHSCRIPT = "model.torchscript";

  private Paths() {}
}
