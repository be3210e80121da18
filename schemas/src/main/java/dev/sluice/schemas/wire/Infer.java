package dev.sluice.schemas.wire;

/**
 * Answer some rows.
 *
 * @param rowFrom first row, counted within the job's rows
 * @param rowTo end of rows, exclusive
 */
public record Infer(long rowFrom, long rowTo) implements TaskAction {}
