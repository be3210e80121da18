package dev.sluice.schemas.wire;

import java.util.Map;

/**
 * The name of a model. Its versions are records of their own.
 *
 * @param name name of the model
 * @param lastVersion number that was given last; it is not given again, whatever is deleted
 * @param aliases alias to version
 */
public record ModelEntry(String name, int lastVersion, Map<String, Integer> aliases)
    implements StoredState {
  public ModelEntry {
    aliases = Map.copyOf(aliases);
  }
}
