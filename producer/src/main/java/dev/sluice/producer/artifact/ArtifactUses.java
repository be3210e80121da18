package dev.sluice.producer.artifact;

import dev.sluice.jobs.state.Job;
import dev.sluice.producer.view.ClusterView;
import dev.sluice.schemas.wire.DatasetSpec;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.ModelFile;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.PredictionSpec;
import dev.sluice.schemas.wire.QuantisationSpec;
import dev.sluice.schemas.wire.TorchScript;
import dev.sluice.schemas.wire.TrainingSpec;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Who uses files: the versions of models, their files, their data set and the network that they
 * were made of; and jobs that have not ended, what they name and what they have made so far.
 */
public final class ArtifactUses {

  private ArtifactUses() {}

  /** Digests of all files that are used, each with one of those that use it. */
  public static Map<String, String> of(ClusterView view) {
    var uses = new HashMap<String, String>();
    for (var model : view.models().all()) {
      for (var version : model.versions()) {
        add(uses, version, "model " + version.name() + "@" + version.version());
      }
    }
    view.jobs().active().forEach(job -> add(uses, job));
    return uses;
  }

  private static void add(Map<String, String> uses, Job job) {
    var user = "job " + job.jobId();
    files(job.spec()).values().forEach(digest -> uses.put(digest, user));
    if (job.inference() != null) {
      add(uses, job.inference().model(), user);
    }
    if (job.source() != null) {
      add(uses, job.source(), user);
    }
    if (job.model() != null) {
      add(uses, job.model(), user);
    }
  }

  private static void add(Map<String, String> uses, ModelVersion version, String user) {
    version.files().stream().map(ModelFile::artifact).forEach(digest -> uses.put(digest, user));
    uses.put(version.dataset(), user);
    if (version.network().network() instanceof TorchScript script) {
      uses.put(script.artifact(), user);
    }
  }

  /** Digests of the files that a job names, by their place in the document. */
  public static Map<String, String> files(JobSpec spec) {
    var files = new LinkedHashMap<String, String>();
    switch (spec.work()) {
      case TrainingSpec training -> {
        addDataset(files, training.dataset());
        if (training.network() instanceof TorchScript script) {
          files.put("model.artifact", script.artifact());
        }
      }
      case InferenceSpec inference -> addDataset(files, inference.dataset());
      case QuantisationSpec q -> addDataset(files, q.dataset());
      case PredictionSpec p -> {} // its rows are its own
    }
    return files;
  }

  private static void addDataset(Map<String, String> files, DatasetSpec dataset) {
    files.put("dataset.artifact", dataset.artifact());
    var holdout = dataset.holdoutArtifact();
    if (holdout != null) {
      files.put("dataset.holdout.artifact", holdout);
    }
  }
}
