package dev.sluice.producer.view;

import dev.sluice.schemas.topics.StateKeys;
import dev.sluice.schemas.wire.Affine;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.ModelEntry;
import dev.sluice.schemas.wire.ModelPlace;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.NetworkFacts;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.WeakHashMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The models. Of a version it keeps what is shown: what its inputs are scaled by and made of are by
 * far the largest part of it, and versions of one table are the same without. Thread-safe; fed by
 * one thread.
 */
public final class ModelsView {

  private static final Affine NOT_KEPT = new Affine(List.of(), List.of());

  private static final class Parts {
    private Map<String, Integer> aliases = Map.of();
    private final TreeMap<Integer, ModelVersion> versions = new TreeMap<>();
    private final Set<String> places = new HashSet<>();
  }

  private final Map<String, Parts> parts = new HashMap<>();
  private final Watched<Model> models = new Watched<>();

  // A copy lives for as long as a version refers to it.
  private final Map<NetworkFacts, WeakReference<NetworkFacts>> networks = new WeakHashMap<>();

  /** Models that have versions, by name. */
  public List<Model> all() {
    return models.all().stream()
        .filter(model -> !model.versions().isEmpty())
        .sorted(Comparator.comparing(Model::name))
        .toList();
  }

  /** A model; empty where none of this name has a version. */
  public Optional<Model> model(String name) {
    return models.get(name).filter(model -> !model.versions().isEmpty());
  }

  /** Why a name takes no further version; empty where it does. */
  public Optional<Cause> full(String name) {
    return models.get(name).flatMap(Model::full);
  }

  /** Completes once a model satisfies a condition; fails with TimeoutException. */
  public CompletableFuture<Model> await(String name, Predicate<Model> until, Duration within) {
    return models.await(name, until, within);
  }

  void replaceWith(ModelsView newer) {
    synchronized (parts) {
      parts.clear();
      parts.putAll(newer.parts);
    }
    models.replaceWith(newer.models);
  }

  void put(ModelEntry entry) {
    change(entry.name(), model -> model.aliases = entry.aliases());
  }

  void put(ModelVersion version) {
    var shown = version.withNetwork(shown(version.network()));
    change(version.name(), model -> model.versions.put(version.version(), shown));
  }

  void put(ModelPlace place) {
    change(place.name(), model -> model.places.add(place.jobId()));
  }

  void remove(StateKeys.OfModel gone) {
    change(
        gone.name(),
        model -> {
          switch (gone) {
            case StateKeys.OfModel.Entry(var name) -> model.aliases = Map.of();
            case StateKeys.OfModel.Version(var name, int version) -> model.versions.remove(version);
            case StateKeys.OfModel.Place(var name, var jobId) -> model.places.remove(jobId);
          }
        });
  }

  private void change(String name, Consumer<Parts> change) {
    Model now;
    synchronized (parts) {
      var model = parts.computeIfAbsent(name, n -> new Parts());
      change.accept(model);
      now =
          new Model(name, model.aliases, List.copyOf(model.versions.values()), model.places.size());
    }
    models.put(name, now);
  }

  private NetworkFacts shown(NetworkFacts facts) {
    var small =
        new NetworkFacts(
            facts.network(),
            facts.input(),
            facts.outputs(),
            facts.objective(),
            facts.classes(),
            facts.features(),
            NOT_KEPT,
            NOT_KEPT,
            List.of(),
            facts.parameters(),
            facts.floats());
    synchronized (networks) {
      var known = networks.get(small);
      var copy = known == null ? null : known.get();
      if (copy != null) {
        return copy;
      }
      networks.put(small, new WeakReference<>(small));
      return small;
    }
  }
}
