package dev.sluice.producer.cli;

import dev.sluice.producer.api.LagView;
import dev.sluice.producer.api.QueueView;
import dev.sluice.producer.api.WorkerView;
import dev.sluice.producer.client.SluiceClient;
import dev.sluice.producer.client.SluiceException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Commands about what waits, where, and who works on it. */
final class FleetCommands {

  private FleetCommands() {}

  /** Shows lag. */
  @Command(
      name = "lag",
      description = {
        "Show what waits in each lane and in the coordinator's own topics.",
        "WAITING counts records that nobody has taken, RUNNING those in hand; OLDEST is the age of"
            + " the oldest that waits; DRAIN is the time until nothing waits at the present rate"
            + " out; PEAK is the most that waited in any sample.",
        "With --watch --json, each line is one JSON document."
      })
  static final class Lag extends ClientCommand {

    @Option(names = "--watch", description = "Show it anew every second until interrupted.")
    boolean watch;

    @Override
    ExitCode run(SluiceClient client, Output output) throws SluiceException {
      if (!watch) {
        var lag = client.lag();
        output.result(lag, text(lag));
        return ExitCode.OK;
      }
      output.byLine();
      var never = new CountDownLatch(1);
      try {
        do {
          var lag = client.lag();
          if (output.json()) {
            output.line(lag);
          } else {
            output.result(lag, "\u001b[H\u001b[2J" + text(lag));
          }
        } while (!never.await(1, TimeUnit.SECONDS));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return ExitCode.OK;
    }

    static String text(LagView lag) {
      if (lag.sampledMs() == 0) {
        return "not sampled yet; try again in a second";
      }
      var table =
          new Text.Table(
              "QUEUE", ">WAITING", ">RUNNING", ">OLDEST", ">IN/S", ">OUT/S", ">DRAIN", ">PEAK");
      Stream.concat(lag.lanes().stream(), lag.topics().stream())
          .forEach(queue -> row(table, queue, lag.lanes().contains(queue)));
      return table.toString();
    }

    private static void row(Text.Table table, QueueView queue, boolean lane) {
      table.row(
          (lane ? "lane " : "") + queue.name(),
          Text.count(queue.waiting()),
          lane ? Text.count(queue.running()) : "-",
          Text.spanMs(queue.oldestAgeMs()),
          Text.rate(queue.inPerSecond()),
          Text.rate(queue.outPerSecond()),
          queue.drainSeconds() == null ? "never" : Text.span(queue.drainSeconds()),
          Text.count(queue.peak()));
    }
  }

  /** Lists lanes. */
  @Command(name = "lanes", description = "List declared lanes.")
  static final class Lanes extends ClientCommand {

    @Override
    ExitCode run(SluiceClient client, Output output) throws SluiceException {
      var lanes = client.lanes();
      var table =
          new Text.Table(
              "LANE", "ACCELERATOR", ">WORKERS", ">MIN..MAX", ">JOBS", ">WAITING", ">RUNNING");
      for (var lane : lanes) {
        var lag = lane.lag();
        table.row(
            lane.lane(),
            lane.accelerator(),
            Text.count(lane.workers()),
            lane.workersMin() + ".." + lane.workersMax(),
            Text.count(lane.jobsActive()),
            lag == null ? "-" : Text.count(lag.waiting()),
            lag == null ? "-" : Text.count(lag.running()));
      }
      output.result(
          Map.of("lanes", lanes), lanes.isEmpty() ? "no lanes are declared" : table.toString());
      return ExitCode.OK;
    }
  }

  /** Lists workers. */
  @Command(name = "fleet", description = "List workers.")
  static final class Fleet extends ClientCommand {

    @Override
    ExitCode run(SluiceClient client, Output output) throws SluiceException {
      var workers = client.fleet();
      var table =
          new Text.Table(
              "WORKER",
              "LANE",
              "ACCELERATOR",
              "STATE",
              ">RUNNING",
              ">DONE",
              ">SAMPLES/S",
              ">UP",
              "HOST",
              ">PID");
      for (var worker : workers) {
        var busy = worker.running() > 0 ? "busy" : "idle";
        var present = worker.leaving() ? "leaving" : busy;
        table.row(
            worker.worker(),
            worker.lane(),
            worker.accelerator() + (worker.modelled() ? " (modelled)" : ""),
            worker.silent() ? "silent" : present,
            Text.count(worker.running()),
            Text.count(worker.finished()),
            Text.rate(worker.samplesPerSecond()),
            Text.spanMs(worker.upMs()),
            Text.orDash(worker.host()),
            String.valueOf(worker.pid()));
      }
      output.result(
          Map.of("workers", workers), workers.isEmpty() ? "no workers" : table + shared(workers));
      return ExitCode.OK;
    }
  }

  /** A line for each worker id that several processes say. */
  private static String shared(List<WorkerView> workers) {
    return workers.stream()
        .filter(worker -> worker.processes() > 1 && !worker.silent())
        .collect(Collectors.groupingBy(WorkerView::worker, TreeMap::new, Collectors.toList()))
        .entrySet()
        .stream()
        .map(
            id ->
                String.format(
                    Locale.ROOT,
                    "\n"
                        + "Worker id %s is given to %d processes: %s. Give each an --id of its own,"
                        + " or none.",
                    id.getKey(),
                    id.getValue().size(),
                    id.getValue().stream()
                        .map(
                            w ->
                                String.format(
                                    Locale.ROOT, "host %s, process %d", w.host(), w.pid()))
                        .collect(Collectors.joining("; "))))
        .collect(Collectors.joining());
  }

  /** Lists models. */
  @Command(name = "models", description = "List models and their versions.")
  static final class Models extends ClientCommand {

    @Override
    ExitCode run(SluiceClient client, Output output) throws SluiceException {
      var models = client.models();
      var table =
          new Text.Table(
              "MODEL", "FORMAT", "ALIASES", ">PARAMETERS", "METRICS", "FILES", "JOB", "SHA256");
      for (var model : models) {
        for (var version : model.versions()) {
          table.row(
              model.name() + "@" + version.version(),
              version.format() + (version.parent() == null ? "" : " of " + version.parent()),
              Text.orDash(aliases(model.aliases(), version.version())),
              Text.count(version.parameters()),
              version.metrics().entrySet().stream()
                  .map(
                      metric ->
                          metric.getKey() + " " + Text.metric(metric.getKey(), metric.getValue()))
                  .collect(Collectors.joining(", ")),
              version.files().stream().map(file -> file.format()).collect(Collectors.joining(", ")),
              version.jobId(),
              shortened(version.sha256()));
        }
      }
      output.result(Map.of("models", models), models.isEmpty() ? "no models" : table.toString());
      return ExitCode.OK;
    }

    private static String aliases(Map<String, Integer> aliases, int version) {
      return aliases.entrySet().stream()
          .filter(alias -> alias.getValue() == version)
          .map(Map.Entry::getKey)
          .sorted()
          .collect(Collectors.joining(", "));
    }

    private static String shortened(String digest) {
      var hex = digest.startsWith("sha256:") ? digest.substring(7) : digest;
      return hex.length() > 16 ? hex.substring(0, 16) : hex;
    }
  }
}
