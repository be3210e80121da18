package dev.sluice.schemas.wire;

/**
 * A version, or a model with all that it has, is to go. Keyed by the model's name.
 *
 * @param name model name
 * @param version which; {@link #ALL}: all of them, and the aliases
 */
public record DeleteModel(String name, int version) implements JobEvent {

  /** In place of a version: the whole model. */
  public static final int ALL = 0;
}
