package dev.sluice.schemas.wire;

import org.jspecify.annotations.Nullable;

/**
 * The model's owner answers RegisterModel; or ReservePlace, where the name is full.
 *
 * @param jobId job id
 * @param name model name
 * @param version number given; 0: none
 * @param cause why no number was given
 */
public record ModelRegistered(String jobId, String name, int version, @Nullable Cause cause)
    implements JobEvent {}
