package dev.sluice.producer.api;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Some jobs, last submitted first.
 *
 * @param jobs the jobs
 * @param next pass it as {@code after} for the next page; null on the last
 * @param counts number of all jobs by status
 * @param nowMs now on the brokers' clock, by which ages are to be told
 */
public record JobPage(
    List<JobView> jobs, @Nullable String next, Map<String, Integer> counts, long nowMs) {}
