package dev.sluice.schemas.wire;

/**
 * An alias of a model is to point at a version. Keyed by the model's name.
 *
 * @param name model name
 * @param alias alias: not a number, and not latest
 * @param version version; 0 removes the alias
 */
public record AliasSet(String name, String alias, int version) implements JobEvent {}
