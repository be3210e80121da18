package dev.sluice.coordinator.shell;

import dev.sluice.coordinator.ledger.LedgerLimits;
import dev.sluice.platform.config.Setting;
import dev.sluice.schemas.wire.Aim;

/**
 * Configuration of a coordinator.
 *
 * @param bootstrapServers brokers
 * @param replication copies of topics that it creates
 * @param aim what placement lowers
 * @param attemptsMax attempts of a task
 * @param startsMax workers that may begin an attempt
 * @param queueMs time after which a task that no worker has begun may count as dropped
 * @param taskMs time of a task
 * @param termMs wished time of a term
 * @param termMsMax longest time of a term
 * @param openTasksMax inference tasks out at a time
 * @param rowsPerTask least rows of an inference task
 * @param rowsPerTaskMax most rows of an inference task
 * @param workerFoldKibibytes what a worker may read for a training step that it folds for itself
 * @param checkpointMs time between checkpoints
 * @param progressMs time between progress reports
 * @param sessionMs silence after which other coordinators take a coordinator's partitions over
 * @param stragglerFactor what counts as late
 * @param stragglerMs least time that counts as late
 * @param workerSilenceMs time after which a worker counts as gone
 * @param startMsMax longest wait for the brokers at start
 * @param schemaWaitMs how long a record waits for its schema
 * @param jobRetentionHours time after which it is forgotten that a job has ended
 * @param auditMebibytes folded gradients that stay for audits
 */
public record CoordinatorConfig(
    @Setting(doc = "Brokers as host:port, comma-separated.") String bootstrapServers,
    @Setting(
            doc =
                "Copies of every partition of the topics it creates; -1 for the broker's default.",
            def = "-1",
            min = -1,
            max = 9)
        int replication,
    @Setting(
            doc = "What placement lowers where a job does not say: finish or energy.",
            def = "finish")
        Aim aim,
    @Setting(doc = "Attempts of a task before its job fails.", def = "3", min = 1, max = 100)
        int attemptsMax,
    @Setting(
            doc =
                "Workers that may die of one attempt of a task before its job fails. A broker gives"
                    + " up on a record after 5 by default, so fewer than its"
                    + " group.share.delivery.count.limit.",
            def = "4",
            min = 1,
            max = 15)
        int startsMax,
    @Setting(
            doc =
                "Time after which a task that no worker has begun is dispatched again, where a"
                    + " worker idles and nothing waits in its lane, or later tasks have begun: the"
                    + " broker has dropped it.",
            unit = "ms",
            def = "60000",
            min = 1000,
            max = 3_600_000)
        long queueMs,
    @Setting(
            doc = "Longest time from a task's start to its report.",
            unit = "ms",
            def = "180000",
            min = 1000,
            max = 3_600_000)
        long taskMs,
    @Setting(
            doc = "Time that a term of training should take; workers that join wait for the next.",
            unit = "ms",
            def = "1000",
            min = 50,
            max = 60_000)
        int termMs,
    @Setting(
            doc = "Longest time that a term may take before it ends where it is.",
            unit = "ms",
            def = "20000",
            min = 1000,
            max = 60_000)
        int termMsMax,
    @Setting(
            doc =
                "Inference tasks of one job in the lane at a time; of short ones up to 32 times as"
                    + " many.",
            def = "64",
            min = 1,
            max = 1000)
        int openTasksMax,
    @Setting(
            doc = "Least rows of an inference task; tasks grow with their job.",
            def = "1024",
            min = 1,
            max = 1_000_000)
        int rowsPerTask,
    @Setting(
            doc = "Most rows of an inference task; a slow model takes fewer.",
            def = "65536",
            min = 1,
            max = 1_000_000)
        int rowsPerTaskMax,
    @Setting(
            doc =
                "Workers of a training job fold gradients for themselves, instead of waiting for a"
                    + " coordinator's parameters in each step, where a worker reads no more than"
                    + " this for a step, or there are one or two workers. 0: never.",
            unit = "KiB",
            def = "4096",
            min = 0,
            max = 1_048_576)
        int workerFoldKibibytes,
    @Setting(
            doc = "Time between checkpoints of the gradient fold.",
            unit = "ms",
            def = "2000",
            min = 100,
            max = 600_000)
        int checkpointMs,
    @Setting(
            doc = "Least time between two progress reports of a training job.",
            unit = "ms",
            def = "250",
            min = 10,
            max = 60_000)
        int progressMs,
    @Setting(
            doc =
                "Silence after which the other coordinators take the partitions of a coordinator"
                    + " over; not below the brokers' group.min.session.timeout.ms.",
            unit = "ms",
            def = "1200",
            min = 500,
            max = 600_000)
        int sessionMs,
    @Setting(
            doc =
                "Shards are late in a step after so many times what half of them took; a copy of"
                    + " their term then goes to workers that wait.",
            def = "3",
            min = 2,
            max = 1_000_000)
        double stragglerFactor,
    @Setting(
            doc = "Least time after which shards are late in a step.",
            unit = "ms",
            def = "200",
            min = 10,
            max = 3_600_000)
        int stragglerMs,
    @Setting(
            doc = "Silence after which a worker counts as gone.",
            unit = "ms",
            def = "3000",
            min = 500,
            max = 600_000)
        int workerSilenceMs,
    @Setting(
            doc = "Longest wait for brokers that are not there yet at the start.",
            unit = "ms",
            def = "30000",
            min = 100,
            max = 600_000)
        int startMsMax,
    @Setting(
            doc =
                "Longest time that a record whose schema is not known holds up those behind it;"
                    + " then it goes to the dead letters.",
            unit = "ms",
            def = "30000",
            min = 1000,
            max = 3_600_000)
        int schemaWaitMs,
    @Setting(
            doc =
                "Time for which it is remembered that a job has ended, and its id is not used"
                    + " again. What it was is read from sluice.job-history, whose retention.ms"
                    + " should be as long.",
            unit = "h",
            def = "336",
            min = 1,
            max = 87_600)
        int jobRetentionHours,
    @Setting(
            doc =
                "Folded gradients that stay in each partition of sluice.gradients, so that `sluice"
                    + " audit` can derive models from them again; anchors take up to one and a half"
                    + " times as much beside them. 0: none stay.",
            unit = "MiB",
            def = "256",
            min = 0,
            max = 1_048_576)
        int auditMebibytes) {

  private static final long KIBIBYTE = 1024;
  private static final long MEBIBYTE = 1024 * KIBIBYTE;

  /** Folded gradients that stay, in bytes. */
  long auditBytes() {
    return auditMebibytes * MEBIBYTE;
  }

  /** The ledger's part. */
  LedgerLimits limits() {
    return new LedgerLimits(
        attemptsMax,
        startsMax,
        queueMs,
        taskMs,
        termMs,
        termMsMax,
        openTasksMax,
        rowsPerTask,
        rowsPerTaskMax,
        progressMs,
        workerFoldKibibytes * KIBIBYTE);
  }
}
