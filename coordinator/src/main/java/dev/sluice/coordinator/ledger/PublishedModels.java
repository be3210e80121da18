package dev.sluice.coordinator.ledger;

import dev.sluice.schemas.wire.ModelVersion;
import org.jspecify.annotations.Nullable;

/**
 * Versions of models, as {@code sluice.models} has them: what a coordinator has read of it, which
 * may lack what was published a moment ago. Where it lacks a version its owner is asked.
 */
public interface PublishedModels {

  /** None is known. */
  PublishedModels NONE = (model, version) -> null;

  /**
   * A version.
   *
   * @param version what it is
   * @param place its offset in {@code sluice.models}
   */
  record Published(ModelVersion version, long place) {}

  /**
   * A version of a model. For any thread.
   *
   * @param version its number in decimal, or an alias
   * @return null where it is not known here, which says nothing about whether it exists
   */
  @Nullable Published find(String model, String version);
}
