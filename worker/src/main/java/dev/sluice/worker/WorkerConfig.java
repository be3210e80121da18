package dev.sluice.worker;

import dev.sluice.accelerators.catalogue.AcceleratorModel;
import dev.sluice.accelerators.catalogue.Catalogue;
import dev.sluice.accelerators.catalogue.CatalogueFiles;
import dev.sluice.jobs.rules.Names;
import dev.sluice.platform.config.ConfigProblem;
import dev.sluice.platform.config.Setting;
import dev.sluice.platform.config.Settings;
import dev.sluice.platform.process.StopDeadline;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.WorkerLife;
import dev.sluice.worker.trial.TrialLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/**
 * Configuration of a worker.
 *
 * @param bootstrapServers brokers
 * @param lane lane it serves
 * @param accelerator accelerator model
 * @param id worker id
 * @param replication copies of topics that it creates
 * @param heartbeatMs time between heartbeats
 * @param heldTasksMax most tasks held
 * @param stallMs shortest stall
 * @param attachRetryMs wait for first parameters
 * @param lingerMs time a job stays loaded
 * @param exportWaitMs wait for final parameters
 * @param cacheMebibytes room for data sets and for models
 * @param trialMsMax longest trial of a model file
 * @param trialMebibytes most memory of such a trial
 * @param startMsMax longest wait for the brokers at start
 * @param schemaWaitMs how long a task waits for its schema
 * @param leaveMsMax longest wait for the task in hand at the end
 */
public record WorkerConfig(
    @Setting(doc = "Brokers as host:port, comma-separated.") String bootstrapServers,
    @Setting(doc = "Lane whose tasks it takes.") String lane,
    @Setting(doc = "Accelerator model as in the catalogue.", def = "host-cpu") String accelerator,
    @Setting(
            doc =
                "Worker id, of one process at a time; empty: made of lane, host, process id and"
                    + " random digits.",
            def = "")
        String id,
    @Setting(
            doc =
                "Copies of every partition of the topics it creates; -1 for the broker's default.",
            def = "-1",
            min = -1,
            max = 9)
        int replication,
    @Setting(doc = "Time between two heartbeats.", unit = "ms", def = "500", min = 50, max = 60_000)
        int heartbeatMs,
    @Setting(
            doc =
                "Most tasks held at once; more than one only where those held wait for other"
                    + " workers.",
            def = "16",
            min = 1,
            max = 256)
        int heldTasksMax,
    @Setting(
            doc =
                "Shortest time without parameters for a job's next step after which further tasks"
                    + " are taken; longer where the job's steps are.",
            unit = "ms",
            def = "150",
            min = 10,
            max = 60_000)
        int stallMs,
    @Setting(
            doc = "Time without any parameters after which the fold is asked for them again.",
            unit = "ms",
            def = "1000",
            min = 50,
            max = 60_000)
        int attachRetryMs,
    @Setting(
            doc = "Time for which a job's network and parameters stay loaded after its last term.",
            unit = "ms",
            def = "10000",
            min = 0,
            max = 600_000)
        int lingerMs,
    @Setting(
            doc = "Longest time that an export waits for the final parameters.",
            unit = "ms",
            def = "60000",
            min = 1000,
            max = 600_000)
        int exportWaitMs,
    @Setting(
            doc =
                "Most memory for data sets that were used last, and as much again for models; each"
                    + " at most a quarter of the heap.",
            unit = "MiB",
            def = "512",
            min = 1,
            max = 1_048_576)
        int cacheMebibytes,
    @Setting(
            doc =
                "Longest time that a model file which others wrote may take to be opened and run"
                    + " once, in a process of its own.",
            unit = "ms",
            def = "30000",
            min = 100,
            max = 600_000)
        int trialMsMax,
    @Setting(
            doc =
                "Most memory that such a file may take there, beside its library and four times its"
                    + " own size.",
            unit = "MiB",
            def = "2048",
            min = 64,
            max = 1_048_576)
        int trialMebibytes,
    @Setting(
            doc = "Longest wait for brokers that are not there yet at the start.",
            unit = "ms",
            def = "30000",
            min = 100,
            max = 600_000)
        int startMsMax,
    @Setting(
            doc =
                "Longest time that a task whose schema is not known is kept; then it goes to the"
                    + " dead letters.",
            unit = "ms",
            def = "30000",
            min = 1000,
            max = 3_600_000)
        int schemaWaitMs,
    @Setting(
            doc =
                "Longest time for which a worker that is to stop goes on with the task in hand;"
                    + " others get it then.",
            unit = "ms",
            def = "5000",
            min = 0,
            max = 600_000)
        int leaveMsMax) {

  /** Data sets and models together leave half of the heap. */
  private static final int CACHE_PART = 4;

  /**
   * Reads settings by name; those not given have their defaults.
   *
   * @throws ConfigProblem with everything that is wrong
   */
  public static WorkerConfig of(Map<String, String> given) {
    var problems = new ArrayList<Cause>();
    var lane = given.get("lane");
    if (lane != null && !Names.isLane(lane)) {
      problems.add(
          problem(
              Code.INVALID_NAME,
              "lane",
              "There can't be a lane '" + lane + "'.",
              "A lane's name has " + Names.LANE_RULE + "."));
    }
    var id = given.getOrDefault("id", "");
    if (!id.isEmpty() && !Names.isWorker(id)) {
      problems.add(
          problem(
              Code.INVALID_NAME,
              "id",
              "'" + id.replaceAll("\\p{C}", "?") + "' can't be a worker's id.",
              "It has " + Names.WORKER_RULE + "."));
    }
    find(given.getOrDefault("accelerator", Catalogue.HOST_CPU.id()), problems);
    try {
      var config = Settings.read(WorkerConfig.class, given);
      if (problems.isEmpty()) {
        return config;
      }
    } catch (ConfigProblem e) {
      problems.addAll(e.problems());
    }
    throw new ConfigProblem(problems);
  }

  /**
   * The accelerator model.
   *
   * @throws ConfigProblem where the catalogue has changed since it was checked, and lacks it
   */
  public AcceleratorModel model() {
    var problems = new ArrayList<Cause>();
    return find(accelerator, problems).orElseThrow(() -> new ConfigProblem(problems));
  }

  private static Optional<AcceleratorModel> find(String accelerator, List<Cause> problems) {
    Catalogue catalogue;
    try {
      catalogue = CatalogueFiles.ofEnvironment();
    } catch (ConfigProblem e) {
      problems.addAll(e.problems());
      return Optional.empty();
    }
    var found = catalogue.find(accelerator);
    if (found.isEmpty()) {
      problems.add(
          problem(
              Code.NO_SUCH_ACCELERATOR,
              "accelerator",
              "There is no accelerator model '" + accelerator + "'.",
              catalogue.nearest(accelerator) + "`sluice accelerators` lists what there is."));
    }
    return found;
  }

  private static Cause problem(Code code, String where, String what, String mend) {
    return new Cause(code, where, what, "", mend);
  }

  /** A worker that has not left by then is cut off: the brokers are away. */
  Duration stopMax() {
    return StopDeadline.LONGEST.plusMillis(leaveMsMax);
  }

  /**
   * Bytes of data sets to keep, and of models.
   *
   * @param heapBytes of the process; a part of it is enough to compute in, whatever the setting
   */
  long cacheBytes(long heapBytes) {
    return Math.min(cacheMebibytes * 1024L * 1024, heapBytes / CACHE_PART);
  }

  /** What opening and running a model file may take. */
  TrialLimits trialLimits() {
    return TrialLimits.of(trialMsMax, (long) trialMebibytes << 20);
  }

  /**
   * A process with this configuration: with the id that was given, or one that no other has.
   *
   * @param host its host's name
   * @param pid its process id
   */
  WorkerLife process(String host, long pid) {
    var life = UUID.randomUUID().toString().replace("-", "").substring(0, 16);
    // In containers, lane, host and process id may all be the same.
    return new WorkerLife(
        id.isEmpty()
            ? String.format(Locale.ROOT, "%s-%s-%d-%s", lane, host, pid, life.substring(0, 6))
            : id,
        life);
  }
}
