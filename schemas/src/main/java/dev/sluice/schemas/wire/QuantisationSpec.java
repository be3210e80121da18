package dev.sluice.schemas.wire;

import org.jspecify.annotations.Nullable;

/**
 * Make a version of a model that computes in another number format.
 *
 * @param model name of the model
 * @param version version number in decimal, or an alias
 * @param format number format of the new version: int8
 * @param dataset training rows of it show which values occur; held-out rows show what the change
 *     costs
 * @param rows most rows from which the ranges of values are taken
 * @param register name under which the new version is registered; null: the model's own name
 */
public record QuantisationSpec(
    String model,
    String version,
    String format,
    DatasetSpec dataset,
    int rows,
    @Nullable String register)
    implements Work {}
