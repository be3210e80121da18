package dev.sluice.producer.api;

import java.util.List;

/**
 * The lag of everything.
 *
 * @param sampledMs when it was sampled; 0 before the first sample
 * @param lanes task queues
 * @param topics the coordinator's own topics
 */
public record LagView(long sampledMs, List<QueueView> lanes, List<QueueView> topics) {}
