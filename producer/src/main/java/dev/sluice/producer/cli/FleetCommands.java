package dev.sluice.producer.cli;

import static dev.sluice.platform.terminal.TextTable.left;
import static dev.sluice.platform.terminal.TextTable.right;

import dev.sluice.platform.terminal.TerminalText;
import dev.sluice.platform.terminal.TextTable;
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
        output.result(lag, text(lag, output.columns()));
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
            output.screen(text(lag, output.columns()));
          }
        } while (!output.readerGone() && !never.await(1, TimeUnit.SECONDS));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return ExitCode.OK;
    }

    static String text(LagView lag, int columns) {
      var table =
          new TextTable(
              left("QUEUE").least(12).middle(),
              right("WAITING"),
              right("RUNNING").leaves(6),
              right("OLDEST").leaves(5),
              right("IN/S").leaves(2),
              right("OUT/S").leaves(3),
              right("DRAIN").leaves(4),
              right("PEAK").leaves(1));
      Stream.concat(lag.lanes().stream(), lag.topics().stream())
          .forEach(queue -> row(table, queue, lag.lanes().contains(queue)));
      return table.text(columns);
    }

    private static void row(TextTable table, QueueView queue, boolean lane) {
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
          new TextTable(
              left("LANE").least(10).middle(),
              left("ACCELERATOR").least(11).middle().leaves(4),
              right("WORKERS"),
              right("MIN..MAX").leaves(1),
              right("JOBS").leaves(3),
              right("WAITING"),
              right("RUNNING").leaves(2));
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
          Map.of("lanes", lanes),
          lanes.isEmpty() ? "no lanes are declared" : table.text(output.columns()));
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
          new TextTable(
              left("WORKER").least(12).middle(),
              left("LANE").least(8).middle().leaves(7),
              left("ACCELERATOR").least(11).middle().leaves(5),
              left("STATE"),
              right("RUNNING").leaves(4),
              right("DONE").leaves(8),
              right("SAMPLES/S").leaves(6),
              right("UP").leaves(3),
              left("HOST").least(8).leaves(2),
              right("PID").leaves(1));
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
          Map.of("workers", workers),
          workers.isEmpty()
              ? "no workers"
              : table.text(output.columns()) + shared(workers, output.columns()));
      return ExitCode.OK;
    }
  }

  /** A line for each worker id that several processes say. */
  private static String shared(List<WorkerView> workers, int columns) {
    return workers.stream()
        .filter(worker -> worker.processes() > 1 && !worker.silent())
        .collect(Collectors.groupingBy(WorkerView::worker, TreeMap::new, Collectors.toList()))
        .entrySet()
        .stream()
        .map(
            id ->
                String.format(
                    Locale.ROOT,
                    "Worker id %s is given to %d processes: %s. Give each an --id of its own,"
                        + " or none.",
                    id.getKey(),
                    id.getValue().size(),
                    id.getValue().stream()
                        .map(
                            w ->
                                String.format(
                                    Locale.ROOT, "host %s, process %d", w.host(), w.pid()))
                        .collect(Collectors.joining("; "))))
        .map(sentence -> "\n" + TerminalText.paragraph(sentence, columns, 0))
        .collect(Collectors.joining());
  }
}
