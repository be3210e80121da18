package dev.sluice.producer.view;

import dev.sluice.jobs.rules.ModelRecord;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.ModelVersion;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A model as the log has it.
 *
 * @param name its name
 * @param aliases version by alias
 * @param versions that there are, oldest first, without what their inputs are scaled by and made of
 * @param places jobs under way that will register a version
 */
public record Model(
    String name, Map<String, Integer> aliases, List<ModelVersion> versions, int places) {
  public Model {
    aliases = Map.copyOf(aliases);
    versions = List.copyOf(versions);
  }

  /** Whether it has a version of this number. */
  public boolean has(int number) {
    return versions.stream().anyMatch(version -> version.version() == number);
  }

  /** Why it takes no further version; empty where it does. */
  public Optional<Cause> full() {
    return ModelRecord.full(name, versions.size(), places);
  }
}
