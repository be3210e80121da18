package dev.sluice.producer.cli;

import static dev.sluice.platform.terminal.TextTable.left;
import static dev.sluice.platform.terminal.TextTable.right;

import dev.sluice.platform.terminal.Facts;
import dev.sluice.platform.terminal.TerminalText;
import dev.sluice.platform.terminal.TextTable;
import dev.sluice.producer.api.EvaluationView;
import dev.sluice.producer.api.JobPage;
import dev.sluice.producer.api.JobView;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Jobs for people. */
final class JobText {

  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT)
          .withZone(ZoneId.systemDefault());

  private static final int LABELS = 22;

  private JobText() {}

  static String list(JobPage page, int columns) {
    if (page.jobs().isEmpty()) {
      return "no jobs";
    }
    var table =
        new TextTable(
            left("JOB").least(9),
            left("NAME").least(8).leaves(4),
            left("KIND").leaves(1),
            left("STATUS"),
            right("PROGRESS").leaves(5),
            left("LANE").least(6).middle().leaves(2),
            right("AGE").leaves(3));
    for (var job : page.jobs()) {
      table.row(
          job.jobId(),
          Text.orDash(job.name()),
          job.kind(),
          job.status(),
          job.progress().total() == 0 ? "-" : Text.percent(job.progress().fraction()),
          Text.orDash(job.lane()),
          Text.spanMs(Math.max(0, page.nowMs() - job.submittedMs())));
    }
    var waiting =
        page.jobs().stream()
            .flatMap(
                job ->
                    Optional.ofNullable(job.waitsFor())
                        .filter(waits -> !waits.works())
                        .map(
                            waits ->
                                TerminalText.paragraph(
                                    job.jobId() + " " + waits.what(), columns, 2))
                        .stream())
            .collect(Collectors.joining());
    var next = page.next();
    return table.text(columns)
        + waiting
        + (next == null ? "" : "more: sluice jobs --after " + next + "\n");
  }

  static String full(JobView job, int columns) {
    var text = new Facts(0, LABELS, columns);
    text.line("job", job.jobId());
    if (!job.name().isEmpty()) {
      text.line("name", job.name());
    }
    text.line("kind", job.kind());
    text.line("status", job.status());
    var waits = job.waitsFor();
    if (waits != null) {
      text.line(waits.works() ? "work" : "waits", "it " + waits.what());
    }
    text.line("tenant", job.tenant() + ", priority " + job.priority());
    var placement = job.placement();
    text.line(
        "lane",
        Text.orDash(job.lane())
            + (placement == null ? "" : ", placed for least " + aim(placement.aim())));
    text.line("submitted", TIME.format(Instant.ofEpochMilli(job.submittedMs())));
    var finishedMs = job.finishedMs();
    if (finishedMs != null) {
      text.line(
          "finished",
          TIME.format(Instant.ofEpochMilli(finishedMs))
              + ", after "
              + Text.spanMs(finishedMs - job.submittedMs()));
    }
    training(text, job);
    inference(text, job);
    model(text, job);
    job.notes().forEach(note -> text.line("note", note));
    var cause = job.cause();
    if (cause != null) {
      text.line("cause", (cause.where().isEmpty() ? "" : cause.where() + ": ") + cause.what());
      if (!cause.why().isEmpty()) {
        text.line("  why", cause.why());
      }
      if (!cause.mend().isEmpty()) {
        text.line("  mend", cause.mend());
      }
    }
    if (!job.finished() && !job.tasks().isEmpty()) {
      text.line("in flight", job.tasks().size() + " tasks");
    }
    var verdicts = job.verdicts();
    return verdicts == null ? text.toString() : text + Output.verdicts(verdicts, columns);
  }

  private static void training(Facts text, JobView job) {
    var training = job.training();
    if (training == null) {
      return;
    }
    text.line(
        "progress",
        String.format(
            Locale.ROOT,
            "step %s of %s, epoch %d of %d",
            Text.count(training.step()),
            Text.count(training.steps()),
            training.epoch(),
            training.epochs()));
    text.line("loss", Text.value(training.loss()));
    validation(text, training);
    text.line(
        "speed",
        Text.rate(training.samplesPerSecond())
            + " samples/s over "
            + Text.span(training.seconds()));
    text.line(
        "data",
        String.format(
            Locale.ROOT,
            "%s rows to train on, %s held out, %s%s",
            Text.count(training.rows()),
            Text.count(training.holdoutRows()),
            training.droppedRows() == 0
                ? ""
                : Text.count(training.droppedRows()) + " dropped for lack of a value, ",
            training.dataset()));
    text.line(
        "network",
        String.format(
            Locale.ROOT,
            "%s parameters in %d shards",
            Text.count(training.parameters()),
            training.shards()));
    if (training.localSteps() > 1) {
      text.line("local steps", "each shard makes " + training.localSteps() + " before each step");
    }
    work(text, training.computeSeconds(), training.modelled());
    text.line("engine", training.engine() + ", fold version " + training.foldVersion());
    text.line("folded by", training.workersFold() ? "its workers" : "coordinators");
    if (training.encodingGroups() > 0) {
      text.line(
          "gradients in", training.encoding() + ", encoding groups: " + training.encodingGroups());
    }
  }

  private static void validation(Facts text, JobView.Training training) {
    var validation = training.validation();
    if (validation == null) {
      return;
    }
    var points = validation.points();
    if (points == null || points.isEmpty()) {
      return;
    }
    var last = points.getLast();
    text.line(
        "held-out rows",
        String.format(
            Locale.ROOT,
            "loss %s, %s %s at step %s",
            Text.value(last.loss()),
            validation.score(),
            Text.value(last.score()),
            Text.count(last.step())));
    var best = validation.bestStep();
    if (best != null) {
      text.line(
          "best parameters",
          "of step "
              + Text.count(best)
              + (validation.stoppedEarly()
                  ? "; ended early at step " + Text.count(training.step())
                  : ""));
    }
  }

  /** What was measured here, and what the modelled device would have taken, never mixed. */
  private static void work(
      Facts text, double computeSeconds, JobView.@Nullable ModelledView modelled) {
    if (computeSeconds > 0) {
      text.line("computed (measured)", Text.span(computeSeconds) + " on the hosts' processors");
    }
    if (modelled != null) {
      var joules = modelled.joules();
      text.line(
          "device (modelled)",
          Text.seconds(modelled.seconds())
              + (joules == null
                  ? ", energy unknown: its power is not published"
                  : ", at most " + Text.joules(joules)));
    }
  }

  private static void inference(Facts text, JobView job) {
    var inference = job.inference();
    if (inference == null) {
      return;
    }
    text.line("model", inference.model() + "@" + inference.version() + ", " + inference.format());
    if (inference.tasks() == 0) {
      return;
    }
    text.line(
        "progress",
        String.format(
            Locale.ROOT,
            "task %d of %d, %s rows in all",
            inference.finished(),
            inference.tasks(),
            Text.count(inference.rows())));
    text.line(
        "speed",
        Text.rate(inference.rowsPerSecond()) + " rows/s over " + Text.span(inference.seconds()));
    work(text, inference.computeSeconds(), inference.modelled());
    inference.metrics().forEach((name, value) -> text.line(name, Text.metric(name, value)));
  }

  private static void model(Facts text, JobView job) {
    var model = job.model();
    if (model == null) {
      return;
    }
    if (model.version() > 0) {
      text.line("model", model.name() + "@" + model.version());
    }
    text.line("sha256", model.sha256());
    model.metrics().forEach((name, value) -> text.line(name, Text.metric(name, value)));
    if (model.version() > 0
        && model.files().stream().anyMatch(file -> file.format().equals(EvaluationView.FORMAT))) {
      text.line("classes", "see sluice models " + model.name() + "@" + model.version());
    }
    for (var file : model.files()) {
      text.line(file.format(), Text.bytes(file.bytes()) + ", " + file.artifact());
    }
  }

  private static String aim(String aim) {
    return aim.equals("energy") ? "energy" : "time to finish";
  }
}
