package dev.sluice.worker.loop;

import dev.sluice.worker.exchange.GradientLog;
import dev.sluice.worker.exchange.ParameterFollower;
import dev.sluice.worker.ledger.Controls;
import dev.sluice.worker.ledger.Reports;
import dev.sluice.worker.tasks.Files;
import dev.sluice.worker.tasks.Results;
import dev.sluice.worker.trial.Trials;

/**
 * What the computing thread works with.
 *
 * @param engines computes
 * @param trials tries model files that others wrote
 * @param files data sets, networks and models
 * @param gradients takes contributions
 * @param follower brings parameters
 * @param results takes answers
 * @param reports tells the ledger
 * @param controls knows what the ledger wants
 */
public record Tools(
    Engines engines,
    Trials trials,
    Files files,
    GradientLog gradients,
    ParameterFollower follower,
    Results results,
    Reports reports,
    Controls controls) {}
