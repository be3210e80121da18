package dev.sluice.schemas.wire;

import java.util.List;
import java.util.Optional;

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
 * @param format number format in which it computes
 * @param parent the version that it was made of, as name@version; empty where it was trained
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
    long registeredMs,
    String format,
    String parent)
    implements StoredState {
  public ModelVersion {
    files = List.copyOf(files);
    metrics = List.copyOf(metrics);
  }

  /** As it is registered. */
  public ModelVersion numbered(int number, long nowMs) {
    return new ModelVersion(
        name, number, jobId, sha256, network, files, metrics, dataset, splitSeed, engine, nowMs,
        format, parent);
  }

  /** As it is stored under a name. */
  public ModelVersion under(String model) {
    return new ModelVersion(
        model,
        version,
        jobId,
        sha256,
        network,
        files,
        metrics,
        dataset,
        splitSeed,
        engine,
        registeredMs,
        format,
        parent);
  }

  /** The same with another object for what the network is. */
  public ModelVersion withNetwork(NetworkFacts same) {
    return new ModelVersion(
        name,
        version,
        jobId,
        sha256,
        same,
        files,
        metrics,
        dataset,
        splitSeed,
        engine,
        registeredMs,
        format,
        parent);
  }

  /** The file of a format, where there is one. */
  public Optional<ModelFile> file(String fileFormat) {
    return files.stream().filter(file -> file.format().equals(fileFormat)).findFirst();
  }
}
