package dev.sluice.producer.http;

import dev.sluice.producer.api.HealthView;
import dev.sluice.producer.artifact.Artifacts;
import dev.sluice.producer.jobs.JobLog;
import dev.sluice.producer.jobs.JobReader;
import dev.sluice.producer.jobs.Submissions;
import dev.sluice.producer.lag.LagReport;
import dev.sluice.producer.letters.LetterStore;
import dev.sluice.producer.results.Results;
import dev.sluice.producer.view.ClusterView;
import dev.sluice.schemas.wire.Cause;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.function.Supplier;

/**
 * What the API stands on: everything between HTTP and Kafka.
 *
 * @param submissions submits and cancels jobs
 * @param jobs finds jobs that have ended, too
 * @param log where lanes and aliases are declared
 * @param view what the log says now
 * @param lag the latest sample of lag
 * @param results what inference wrote
 * @param artifacts stored files
 * @param lanes makes a lane's topics
 * @param unfit why nothing may be written: what is wrong with the topics; empty where nothing is
 * @param deadLetters the dead letters
 * @param health whether this process can do its work
 * @param clock the brokers' clock
 * @param workerSilence time after which a worker counts as silent
 * @param ledgerMax longest wait for the ledger
 */
public record Services(
    Submissions submissions,
    JobReader jobs,
    JobLog log,
    ClusterView view,
    Supplier<LagReport> lag,
    Results results,
    Artifacts artifacts,
    LaneTopics lanes,
    Supplier<List<Cause>> unfit,
    LetterStore deadLetters,
    Supplier<HealthView> health,
    InstantSource clock,
    Duration workerSilence,
    Duration ledgerMax) {

  /** Makes a lane's topics. */
  public interface LaneTopics {
    /**
     * Makes what is missing of the task topics and the share group of a lane; may block.
     *
     * @throws dev.sluice.platform.cluster.Topics.TopicsUnavailable where the cluster does not let
     *     it
     */
    void ensure(String lane);
  }
}
