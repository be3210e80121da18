package dev.sluice.coordinator.shell.audit;

import dev.sluice.coordinator.audit.AuditReport;
import dev.sluice.platform.cluster.ClusterCheck;
import dev.sluice.platform.cluster.Rights;
import dev.sluice.platform.cluster.Topics;
import dev.sluice.platform.config.ConfigProblem;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.platform.process.ServiceOutput;
import dev.sluice.platform.process.Trouble;
import dev.sluice.platform.terminal.LiveLine;
import dev.sluice.platform.terminal.Terminal;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.ModelVersion;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.common.KafkaException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Derives a model version from the gradient log again, and says whether the bits match. */
@Command(
    name = "audit",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Fold a model version's gradients once more, as the log or the oldest anchor that the log"
          + " still reaches has them, and compare the parameters with the digest that is recorded.",
      "It reads from the brokers only, and changes nothing there. What a coordinator keeps for it"
          + " is set by audit-mebibytes."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:the bits match",
      "1:they differ",
      "2:the command line is wrong, or there is no such version",
      "4:the brokers can't be reached or can't serve",
      "6:it can't be audited any more: what it takes is no longer kept"
    })
public final class AuditCommand implements Callable<Integer> {

  private static final int DIFFERS = 1;
  private static final int BAD_INPUT = 2;
  private static final int UNREACHABLE = 4;
  private static final int GONE = 6;

  /** A model may be made from one that was made from another, but not for ever. */
  private static final int PARENTS_MAX = 16;

  private static final int TRIES_MAX = 5;

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "MODEL@VERSION",
      description =
          "The version: a number, an alias or latest. Or the id of the job that made it, or its"
              + " beginning.")
  private String model = "";

  @Option(
      names = "--bootstrap-servers",
      required = true,
      paramLabel = "HOST:PORT",
      description = "Brokers, comma-separated.")
  private String bootstrapServers = "";

  @Option(names = "--json", description = "Print one JSON document instead of text.")
  private boolean json;

  @Override
  public Integer call() {
    var commandLine = spec.commandLine();
    var output = new ServiceOutput(commandLine.getOut(), commandLine.getErr(), json);
    var progress = new Line(commandLine.getErr());
    try (var reader = reader(progress)) {
      var asked = reader.model(model);
      var report = audited(reader, trained(reader, asked));
      progress.end();
      show(name(asked), report, output);
      return switch (report.verdict()) {
        case MATCHES -> 0;
        case DIFFERS -> DIFFERS;
        case GONE -> GONE;
      };
    } catch (AuditProblem e) {
      progress.end();
      output.error(Trouble.BAD_INPUT, String.valueOf(e.getMessage()), List.of(e.problem()));
      return BAD_INPUT;
    } catch (ConfigProblem e) {
      output.error(e);
      return BAD_INPUT;
    } catch (InvalidOffsetException e) {
      progress.end();
      output.error(
          Trouble.FAILED,
          "The log was trimmed again and again while it was read, as jobs run now. Try again later,"
              + " or raise the coordinators' audit-mebibytes.");
      return GONE;
    } catch (IllegalStateException e) { // an anchor with a wrong checksum
      progress.end();
      output.error(
          Trouble.FAILED,
          e.getMessage() + ", in " + Topic.ANCHORS.topicName() + ": nothing can start from it.");
      return GONE;
    } catch (Topics.TopicsUnavailable e) {
      output.error(Trouble.NOT_STARTED, String.valueOf(e.getMessage()), e.problems());
      return UNREACHABLE;
    } catch (KafkaException e) {
      progress.end();
      output.unreachable(bootstrapServers, e);
      return UNREACHABLE;
    }
  }

  private AuditReader reader(Line progress) throws AuditProblem {
    var kafka = KafkaSettings.of(bootstrapServers);
    ClusterCheck.require(kafka, -1, Rights.READER, Duration.ZERO);
    return new AuditReader(kafka, progress);
  }

  /** Audits; where the log is cut meanwhile, from what is there then. */
  private static AuditReport audited(AuditReader reader, ModelVersion version) {
    for (int tries = 1; ; tries++) {
      try {
        return reader.audit(version);
      } catch (InvalidOffsetException e) {
        if (tries == TRIES_MAX) {
          throw e;
        }
      }
    }
  }

  /** The version itself, or the one that it was made of. */
  private static ModelVersion trained(AuditReader reader, ModelVersion asked) throws AuditProblem {
    var version = asked;
    for (int i = 0; i < PARENTS_MAX && !version.parent().isEmpty(); i++) {
      version = reader.model(version.parent());
    }
    return version;
  }

  private void show(String asked, AuditReport report, ServiceOutput output) {
    if (json) {
      output.running(AuditJson.of(asked, report));
    } else {
      var out = spec.commandLine().getOut();
      out.print(AuditText.of(asked, report, Terminal.outputColumns()));
      out.flush();
    }
  }

  private static String name(ModelVersion version) {
    return version.name() + "@" + version.version();
  }

  /** One line on a terminal that is written over; elsewhere nothing. */
  private static final class Line implements AuditReader.Progress {
    private static final long EVERY_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final LiveLine line;
    private long shownNanos = System.nanoTime();

    Line(PrintWriter err) {
      this.line = new LiveLine(err, Terminal.errorColumns());
    }

    @Override
    public void at(int partition, long offset, long from, long end) {
      long now = System.nanoTime();
      if (line.overwrites() && now - shownNanos >= EVERY_NANOS) {
        shownNanos = now;
        long percent = 100 * (offset - from) / Math.max(1, end - from);
        line.show(
            String.format(Locale.ROOT, "folding sluice.gradients-%d: %3d %%", partition, percent));
      }
    }

    void end() {
      line.erase();
    }
  }
}
