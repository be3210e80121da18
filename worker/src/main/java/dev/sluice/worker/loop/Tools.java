package dev.sluice.worker.loop;

import dev.sluice.schemas.artifact.ArtifactStore;
import dev.sluice.worker.exchange.GradientLog;
import dev.sluice.worker.exchange.ParameterFollower;
import dev.sluice.worker.ledger.Controls;
import dev.sluice.worker.ledger.Reports;
import dev.sluice.worker.tasks.ResultLog;

/**
 * What the computing thread works with.
 *
 * @param engines computes
 * @param artifacts files
 * @param gradients takes contributions
 * @param follower brings parameters
 * @param results takes answers
 * @param reports tells the ledger
 * @param controls knows what the ledger wants
 */
public record Tools(
    Engines engines,
    ArtifactStore artifacts,
    GradientLog gradients,
    ParameterFollower follower,
    ResultLog results,
    Reports reports,
    Controls controls) {}
