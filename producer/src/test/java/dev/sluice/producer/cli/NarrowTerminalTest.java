package dev.sluice.producer.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.platform.terminal.TerminalText;
import dev.sluice.producer.FakeCluster;
import dev.sluice.producer.Samples;
import dev.sluice.producer.lag.LagReport;
import dev.sluice.producer.lag.Queue;
import dev.sluice.producer.lag.QueueLag;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.ModelEntry;
import dev.sluice.schemas.wire.Objective;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** Tables of the commands at terminals of several widths. */
class NarrowTerminalTest {

  private static final String COLUMNS = "sluice.columns.out";
  private static final String LANE = "the-lane-with-the-longest-name-there-may-be-1";

  @Command(name = "sluice")
  private static final class Root {}

  private final FakeCluster cluster = new FakeCluster();

  @AfterEach
  void close() {
    System.clearProperty(COLUMNS);
    cluster.close();
  }

  @Test
  void everyTableFitsEightyColumnsAndFortyAndIsWholeWhereThereIsNoTerminal() {
    var jobId = "0123456789abcdef01234567";
    cluster.view.put(Samples.state(jobId, JobStatus.RUNNING, 1));
    cluster.view.put(Samples.state("x".repeat(64), JobStatus.SUCCEEDED, 2));
    cluster.view.put(new Lane(LANE, "nvidia-h100-sxm", 100, 1_000));
    var facts = Samples.facts(Objective.CROSS_ENTROPY, List.of("a"), 1);
    cluster.view.put(new ModelEntry("digits", 1, Map.of("production", 1)));
    cluster.view.put(Samples.model(1, facts));
    var worker = LANE + "-a-host-with-a-name-4242-1fa2f0";
    cluster.view.fleet().put(Samples.heartbeat(worker, LANE, 1, 5, 1), FakeCluster.NOW_MS);
    cluster.lag =
        new LagReport(
            2_000,
            List.of(
                new QueueLag(
                    Queue.lane(LANE), 12_345, 7, 99_000L, 1, 2, 0.5, 9, List.of(), List.of())));

    for (var command : List.of("jobs", "fleet", "lanes", "models", "lag")) {
      for (int columns : new int[] {80, 40}) {
        System.setProperty(COLUMNS, String.valueOf(columns));
        assertThat(run(command).lines())
            .as(command)
            .hasSizeGreaterThan(1)
            .allSatisfy(line -> assertThat(TerminalText.width(line)).as(line).isLessThan(columns));
      }
      System.setProperty(COLUMNS, "0");
      assertThat(run(command)).doesNotContain("…", "no room");
    }
    assertThat(run("fleet")).contains(worker);
    System.setProperty(COLUMNS, "40");
    assertThat(run("jobs")).contains("JOB", "STATUS", "running");
    // What is shown of an id is enough to ask for it, also with the mark of what is missing.
    assertThat(run("job", "01234567…")).contains(jobId);
  }

  private String run(String... arguments) {
    var line = new CommandLine(new Root());
    ClientCommands.ALL.forEach(line::addSubcommand);
    var out = new StringWriter();
    line.setOut(new PrintWriter(out));
    var server = List.of("--server", cluster.uri().toString());
    var all = Stream.concat(Arrays.stream(arguments), server.stream());
    line.execute(all.toArray(String[]::new));
    return out.toString();
  }
}
