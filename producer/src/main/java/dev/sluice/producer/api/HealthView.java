package dev.sluice.producer.api;

import java.util.List;

/**
 * Whether the producer can do its work.
 *
 * @param live whether the process runs
 * @param ready whether it can serve requests
 * @param reasons why it isn't ready, in plain words
 */
public record HealthView(boolean live, boolean ready, List<String> reasons) {}
