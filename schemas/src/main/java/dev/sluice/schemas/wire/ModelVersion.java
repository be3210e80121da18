package dev.sluice.schemas.wire;

import java.util.List;

/**
 * One version of a model.
 *
 * @param name name of the model
 * @param version 1, 2, 3,
 * @param jobId job that trained it
 * @param sha256 SHA-256 of the flat vector
 * @param network the network
 * @param files the files
 * @param metrics measurements on the held-out rows
 * @param dataset digest of the data set it was trained on
 * @param splitSeed split of that data set, so that the held-out rows can be found again
 * @param engine engine that computed it
 * @param registeredMs when it was registered; 0 before that
 */
public record ModelVersion(
    String name,
    int version,
    String jobId,
    String sha256,
    NetworkFacts network,
    List<ModelFile> files,
    List<Metric> metrics,
    String dataset,
    long splitSeed,
    String engine,
    long registeredMs) {
  public ModelVersion {
    files = List.copyOf(files);
    metrics = List.copyOf(metrics);
  }
}
