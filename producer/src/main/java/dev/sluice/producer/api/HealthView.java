package dev.sluice.producer.api;

import java.util.List;

/**
 * Whether the producer can do its work.
 *
 * @param live whether the process runs
 * @param ready whether it can serve requests
 * @param reasons what stands still, and why, in plain words; beside why it isn't ready also what
 *     goes on by itself after a while, such as a partition that waits for a schema
 */
public record HealthView(boolean live, boolean ready, List<String> reasons) {}
