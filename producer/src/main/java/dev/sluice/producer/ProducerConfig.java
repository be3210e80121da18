package dev.sluice.producer;

import dev.sluice.platform.config.ConfigProblem;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.Settings;
import java.util.Map;

/**
 * Configuration of the producer.
 *
 * @param bootstrapServers brokers
 * @param host address to listen on
 * @param port port to listen on
 * @param replication copies of every partition of topics that it makes
 * @param ledgerWaitMs longest wait for the ledger
 * @param confirmationMs longest wait for the brokers
 * @param requestsMax requests at work at one time
 * @param bodyBytesMax largest request body
 * @param artifactBytesMax largest artifact
 * @param uploadsMax artifacts on their way in at one time
 * @param transferBytesMax memory for artifacts on their way
 * @param artifactStoreBytesMax bytes of files beyond which no file is taken
 * @param artifactRetentionSeconds time after which a file that nobody uses goes
 * @param artifactNoticeSeconds time from the announcement that a file goes to its removal
 * @param finishedJobsMax finished jobs listed
 * @param workerSilenceMs time after which a worker counts as silent
 * @param startMsMax longest wait for the brokers at start
 * @param schemaWaitMs longest wait of a state for its schema
 * @param lagSampleMs time between samples of lag
 * @param rateWindowMs time over which rates are taken
 */
public record ProducerConfig(
    @Setting(doc = "Kafka brokers as host:port, comma-separated.") String bootstrapServers,
    @Setting(
            doc = "Address to listen on; the default is reached from this machine only.",
            def = "127.0.0.1")
        String host,
    @Setting(doc = "Port to listen on; 0 takes a free one.", def = "8642", max = 65_535) int port,
    @Setting(
            doc = "Copies of every partition of topics that it makes; -1 leaves it to the broker.",
            def = "-1",
            min = -1,
            max = 100)
        int replication,
    @Setting(
            doc = "Longest wait for the ledger before a request is answered without its word.",
            unit = "ms",
            def = "10000",
            min = 100,
            max = 300_000)
        int ledgerWaitMs,
    @Setting(
            doc = "Longest wait for the brokers to confirm a record.",
            unit = "ms",
            def = "10000",
            min = 1_000,
            max = 300_000)
        int confirmationMs,
    @Setting(
            doc = "Requests at work at one time; one more is answered with 503.",
            unit = "requests",
            def = "256",
            min = 1,
            max = 100_000)
        int requestsMax,
    @Setting(
            doc = "Largest request body but for artifacts.",
            unit = "bytes",
            def = "1048576",
            min = 1_024,
            max = 67_108_864)
        int bodyBytesMax,
    @Setting(
            doc = "Largest artifact.",
            unit = "bytes",
            def = "268435456",
            min = 1_024,
            max = 268_435_456)
        int artifactBytesMax,
    @Setting(
            doc = "Artifacts on their way in at one time, each in a temporary file until complete.",
            unit = "files",
            def = "4",
            min = 1,
            max = 1_000)
        int uploadsMax,
    @Setting(
            doc =
                "Memory for artifacts on their way in and out, each of which takes 12 MiB; one more"
                    + " is told 503. At most a quarter of the heap.",
            unit = "bytes",
            def = "134217728",
            min = 12_582_912,
            max = 1_073_741_824)
        int transferBytesMax,
    @Setting(
            doc =
                "Bytes of artifacts beyond which no file is taken, and no job that would make some;"
                    + " what jobs under way make is stored all the same.",
            unit = "bytes",
            def = "68719476736",
            min = 1_048_576,
            max = 1e15)
        long artifactStoreBytesMax,
    @Setting(
            doc =
                "Time since a file was stored last after which it goes, where neither a version of"
                    + " a model nor a job that has not ended uses it.",
            unit = "s",
            def = "2592000",
            min = 1,
            max = 1_000_000_000)
        int artifactRetentionSeconds,
    @Setting(
            doc =
                "Time from the announcement that a file goes to its removal; a job that names it"
                    + " meanwhile, or who stores it again, keeps it. The same for all producers;"
                    + " below two minutes for tests only.",
            unit = "s",
            def = "3600",
            min = 4,
            max = 604_800)
        int artifactNoticeSeconds,
    @Setting(
            doc = "Finished jobs listed; the one that finished first is forgotten first.",
            unit = "jobs",
            def = "250000",
            min = 1,
            max = 10_000_000)
        int finishedJobsMax,
    @Setting(
            doc = "Time without a heartbeat after which a worker counts as silent.",
            unit = "ms",
            def = "10000",
            min = 1_000,
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
                "Longest time that a state whose schema is not known holds up those behind it; then"
                    + " it is passed over.",
            unit = "ms",
            def = "30000",
            min = 1_000,
            max = 3_600_000)
        int schemaWaitMs,
    @Setting(
            doc = "Time between samples of lag.",
            unit = "ms",
            def = "1000",
            min = 100,
            max = 600_000)
        int lagSampleMs,
    @Setting(
            doc = "Time over which rates in and out of a queue are taken.",
            unit = "ms",
            def = "15000",
            min = 1_000,
            max = 3_600_000)
        int rateWindowMs) {

  /**
   * Reads settings by name; those not given have their defaults.
   *
   * @throws ConfigProblem with everything that is wrong
   */
  public static ProducerConfig of(Map<String, String> settings) {
    return Settings.read(ProducerConfig.class, settings);
  }
}
