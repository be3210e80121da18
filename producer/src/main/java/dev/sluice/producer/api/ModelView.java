package dev.sluice.producer.api;

import java.util.List;
import java.util.Map;

/**
 * A model.
 *
 * @param name name
 * @param latest number of the newest version that there is; 0: there is none any more
 * @param aliases version by alias
 * @param versions versions that there are, oldest first
 */
public record ModelView(
    String name, int latest, Map<String, Integer> aliases, List<ModelVersionView> versions) {}
