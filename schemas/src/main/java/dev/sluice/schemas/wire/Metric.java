package dev.sluice.schemas.wire;

/**
 * A named measurement.
 *
 * @param name name, such as accuracy
 * @param value value
 */
public record Metric(String name, double value) {}
