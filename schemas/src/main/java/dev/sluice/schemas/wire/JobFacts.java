package dev.sluice.schemas.wire;

/**
 * One record of {@code sluice.job-facts}: something about a job that does not change once it is
 * known.
 *
 * @param jobId job id
 * @param submittedMs when the job was submitted, so that no other is meant which has had that id
 * @param digest by what states and tasks refer to it: the first 8 bytes of the SHA-256 of a record
 *     with these facts alone
 * @param fact what is known
 */
public record JobFacts(String jobId, long submittedMs, long digest, JobFact fact) {}
