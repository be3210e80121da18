package dev.sluice.schemas.wire;

import org.jspecify.annotations.Nullable;

/**
 * The model's owner answers ResolveModel.
 *
 * @param jobId job id
 * @param model the version; null: there is none, and cause says so
 * @param cause why there is none
 */
public record ModelResolved(String jobId, @Nullable ModelVersion model, @Nullable Cause cause)
    implements JobEvent {}
