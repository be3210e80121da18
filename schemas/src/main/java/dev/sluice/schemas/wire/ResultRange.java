package dev.sluice.schemas.wire;

/**
 * Where the output of an inference task lies.
 *
 * @param partition partition of sluice.results
 * @param firstOffset offset of the first record
 * @param lastOffset offset of the last record
 * @param rowFrom first row, counted within the job's rows
 * @param rowTo end of rows, exclusive
 * @param digest SHA-256 over the payloads in order
 * @param attempt name of the attempt, as in the records
 */
public record ResultRange(
    int partition,
    long firstOffset,
    long lastOffset,
    long rowFrom,
    long rowTo,
    String digest,
    String attempt) {}
