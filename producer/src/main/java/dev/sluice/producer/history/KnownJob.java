package dev.sluice.producer.history;

import dev.sluice.jobs.state.Job;
import dev.sluice.producer.view.Manifest;

/**
 * A job and where its results lie.
 *
 * @param job everything about it
 * @param manifest its results, as far as they are reported
 */
public record KnownJob(Job job, Manifest manifest) {}
