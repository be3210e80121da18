package dev.sluice.worker.loop;

import dev.sluice.worker.compute.FoldExchange;
import dev.sluice.worker.compute.TaskReports;
import dev.sluice.worker.tasks.AnswerSink;
import dev.sluice.worker.tasks.Files;
import dev.sluice.worker.trial.Trials;
import dev.sluice.worker.work.KnownJobs;

/**
 * What the computing thread works with.
 *
 * @param engines computes
 * @param trials tries model files that others wrote
 * @param files data sets, networks and models
 * @param exchange takes contributions, and brings parameters
 * @param results takes answers
 * @param reports tells the ledger
 * @param jobs what the ledger wants, and what is known
 */
public record Tools(
    Engines engines,
    Trials trials,
    Files files,
    FoldExchange exchange,
    AnswerSink results,
    TaskReports reports,
    KnownJobs jobs) {}
