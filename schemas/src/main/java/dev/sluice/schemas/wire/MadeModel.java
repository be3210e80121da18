package dev.sluice.schemas.wire;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The model that training or quantisation made, before it has a number.
 *
 * @param name name of the model
 * @param sha256 SHA-256 of the flat vector
 * @param network the network; null: it is the one that was found out
 * @param files the files
 * @param metrics measurements on the held-out rows
 * @param dataset digest of the data set it was trained on
 * @param splitSeed split of that data set, so that the held-out rows can be found again
 * @param engine engine that computed it
 * @param format number format in which it computes
 * @param parent the version that it was made of, as name@version; empty where it was trained
 */
public record MadeModel(
    String name,
    String sha256,
    @Nullable NetworkFacts network,
    List<ModelFile> files,
    List<Metric> metrics,
    String dataset,
    long splitSeed,
    String engine,
    String format,
    String parent)
    implements JobFact {
  public MadeModel {
    files = List.copyOf(files);
    metrics = List.copyOf(metrics);
  }
}
