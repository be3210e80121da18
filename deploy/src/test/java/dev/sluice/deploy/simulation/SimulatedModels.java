package dev.sluice.deploy.simulation;

import dev.sluice.coordinator.ledger.ModelName;
import dev.sluice.coordinator.ledger.PublishedModels;
import dev.sluice.schemas.topics.StateKeys;
import dev.sluice.schemas.wire.ModelEntry;
import dev.sluice.schemas.wire.ModelVersion;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code sluice.models}: what was committed there, and what a coordinator has read of it. */
final class SimulatedModels implements PublishedModels {

  private record Stored(
      String name, @Nullable ModelEntry entry, @Nullable ModelVersion version, int withdrawn) {}

  private final World world;
  private final PartitionLog<Stored> log = new PartitionLog<>("models", this::apply);
  private final Map<String, ModelName> names = new HashMap<>();
  private final Map<String, ModelVersion> versions = new HashMap<>();

  SimulatedModels(World world) {
    this.world = world;
  }

  void publish(Transactions.Producer producer, ModelEntry entry) {
    producer.send(log, new Stored(entry.name(), entry, null, 0));
  }

  void publish(Transactions.Producer producer, ModelVersion version) {
    producer.send(log, new Stored(version.name(), null, version, 0));
  }

  void withdraw(Transactions.Producer producer, String name, int version) {
    producer.send(log, new Stored(name, null, null, version));
  }

  private void apply(Stored stored) {
    var name = names.computeIfAbsent(stored.name(), ModelName::new);
    if (stored.entry() != null) {
      name.apply(stored.entry());
    } else if (stored.version() != null) {
      name.apply(stored.version());
      versions.put(
          StateKeys.published(stored.name(), stored.version().version()), stored.version());
    } else {
      name.remove(new StateKeys.OfModel.Version(stored.name(), stored.withdrawn()));
      versions.remove(StateKeys.published(stored.name(), stored.withdrawn()));
    }
  }

  /** A version, as whoever reads the topic to its end finds it. */
  @Nullable ModelVersion published(String model, int version) {
    return versions.get(StateKeys.published(model, version));
  }

  /** Now and then a coordinator has not read it yet; of some seeds none has read any. */
  @Override
  public @Nullable Published find(String model, String version) {
    var name = names.get(model);
    var number = name == null || lags() ? null : name.find(version);
    var found = number == null ? null : published(model, number);
    return found == null ? null : new Published(found, 0);
  }

  private boolean lags() {
    return world.seed % 3 == 0 || world.random.nextInt(4) == 0;
  }
}
