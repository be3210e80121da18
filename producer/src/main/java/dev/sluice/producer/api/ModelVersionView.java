package dev.sluice.producer.api;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One version of a model.
 *
 * @param name name of the model
 * @param version 1, 2, 3, ...; 0 where it was not registered
 * @param jobId job that trained it
 * @param sha256 SHA-256 of its parameters and state
 * @param objective what training lowered
 * @param parameters trained values
 * @param outputs values per row
 * @param classes names of the classes; empty for regression
 * @param features names of the feature columns; empty where the file had no header
 * @param metrics measurements on the held-out rows
 * @param files its files
 * @param dataset digest of the data set
 * @param engine engine fingerprint
 * @param registeredMs when it was registered; 0 where it was not
 * @param format number format in which it computes
 * @param parent the version that it was made of, as name@version; null where it was trained
 */
public record ModelVersionView(
    String name,
    int version,
    String jobId,
    String sha256,
    String objective,
    long parameters,
    int outputs,
    List<String> classes,
    List<String> features,
    Map<String, Double> metrics,
    List<FileView> files,
    String dataset,
    String engine,
    long registeredMs,
    String format,
    @Nullable String parent) {

  /**
   * A file of a version.
   *
   * @param format safetensors, onnx, torchscript or evaluation
   * @param artifact digest to ask /v1/artifacts for
   * @param bytes size
   */
  public record FileView(String format, String artifact, long bytes) {}
}
