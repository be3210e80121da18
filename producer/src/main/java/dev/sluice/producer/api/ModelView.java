package dev.sluice.producer.api;

import java.util.List;
import java.util.Map;

/**
 * A model.
 *
 * @param name name
 * @param latest number of its newest version
 * @param aliases version by alias
 * @param versions all versions, oldest first
 */
public record ModelView(
    String name, int latest, Map<String, Integer> aliases, List<ModelVersionView> versions) {}
