package dev.sluice.schemas.wire;

import java.util.List;
import java.util.Map;

/**
 * A model's names: what sluice.models holds for each model.
 *
 * @param name name of the model
 * @param versions all versions, oldest first
 * @param aliases alias to version
 */
public record ModelEntry(String name, List<ModelVersion> versions, Map<String, Integer> aliases)
    implements StoredState {
  public ModelEntry {
    versions = List.copyOf(versions);
    aliases = Map.copyOf(aliases);
  }
}
