package dev.sluice.producer.view;

import dev.sluice.schemas.wire.InferenceState;
import dev.sluice.schemas.wire.JobState;
import dev.sluice.schemas.wire.ModelEntry;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.TrainingPrepared;
import dev.sluice.schemas.wire.TrainingState;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.WeakHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one copy of what many states say. Every inference job carries the facts of its model's
 * network, with the constants of each feature column: by far the largest part of a finished job,
 * and the same for all jobs of a model. Thread-safe.
 */
final class SharedNetworks {

  // A copy lives for as long as a state refers to it.
  private final Map<NetworkFacts, WeakReference<NetworkFacts>> copies = new WeakHashMap<>();

  /** The same state with shared parts. */
  JobState share(JobState job) {
    return new JobState(
        job.jobId(),
        job.bodyDigest(),
        job.spec(),
        job.status(),
        job.submittedMs(),
        job.updatedMs(),
        job.finishedMs(),
        job.verdicts(),
        job.lane(),
        job.epoch(),
        job.open(),
        share(job.training()),
        share(job.inference()),
        share(job.model()),
        job.cause(),
        job.placement(),
        share(job.source()));
  }

  /** The same model with shared parts. */
  ModelEntry share(ModelEntry entry) {
    return new ModelEntry(
        entry.name(), entry.versions().stream().map(this::version).toList(), entry.aliases());
  }

  private @Nullable TrainingState share(@Nullable TrainingState t) {
    if (t == null) {
      return null;
    }
    var prepared = t.prepared();
    return t.withPrepared(
        new TrainingPrepared(
            prepared.dataset(),
            network(prepared.network()),
            prepared.stepsPerEpoch(),
            prepared.steps()));
  }

  private @Nullable InferenceState share(@Nullable InferenceState i) {
    if (i == null) {
      return null;
    }
    return i.withModel(version(i.model()));
  }

  private @Nullable ModelVersion share(@Nullable ModelVersion model) {
    return model == null ? null : version(model);
  }

  private ModelVersion version(ModelVersion v) {
    return v.withNetwork(network(v.network()));
  }

  private synchronized NetworkFacts network(NetworkFacts facts) {
    var known = copies.get(facts);
    var copy = known == null ? null : known.get();
    if (copy != null) {
      return copy;
    }
    copies.put(facts, new WeakReference<>(facts));
    return facts;
  }
}
