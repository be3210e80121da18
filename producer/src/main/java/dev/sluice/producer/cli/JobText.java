package dev.sluice.producer.cli;

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

  private JobText() {}

  static String list(JobPage page) {
    if (page.jobs().isEmpty()) {
      return "no jobs";
    }
    var table = new Text.Table("JOB", "NAME", "KIND", "STATUS", ">PROGRESS", "LANE", ">AGE");
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
                        .map(waits -> job.jobId() + " " + waits.what() + "\n")
                        .stream())
            .collect(Collectors.joining());
    var next = page.next();
    return table + waiting + (next == null ? "" : "more: sluice jobs --after " + next + "\n");
  }

  static String full(JobView job) {
    var text = new StringBuilder();
    line(text, "job", job.jobId());
    if (!job.name().isEmpty()) {
      line(text, "name", job.name());
    }
    line(text, "kind", job.kind());
    line(text, "status", job.status());
    var waits = job.waitsFor();
    if (waits != null) {
      line(text, waits.works() ? "work" : "waits", "it " + waits.what());
    }
    line(text, "tenant", job.tenant() + ", priority " + job.priority());
    var placement = job.placement();
    line(
        text,
        "lane",
        Text.orDash(job.lane())
            + (placement == null ? "" : ", placed for least " + aim(placement.aim())));
    line(text, "submitted", TIME.format(Instant.ofEpochMilli(job.submittedMs())));
    var finishedMs = job.finishedMs();
    if (finishedMs != null) {
      line(
          text,
          "finished",
          TIME.format(Instant.ofEpochMilli(finishedMs))
              + ", after "
              + Text.spanMs(finishedMs - job.submittedMs()));
    }
    training(text, job);
    inference(text, job);
    model(text, job);
    job.notes().forEach(note -> line(text, "note", note));
    var cause = job.cause();
    if (cause != null) {
      line(text, "cause", (cause.where().isEmpty() ? "" : cause.where() + ": ") + cause.what());
      if (!cause.why().isEmpty()) {
        line(text, "  why", cause.why());
      }
      if (!cause.mend().isEmpty()) {
        line(text, "  mend", cause.mend());
      }
    }
    if (!job.finished() && !job.tasks().isEmpty()) {
      line(text, "in flight", job.tasks().size() + " tasks");
    }
    var verdicts = job.verdicts();
    return verdicts == null ? text.toString() : text + Output.verdicts(verdicts);
  }

  private static void training(StringBuilder text, JobView job) {
    var training = job.training();
    if (training == null) {
      return;
    }
    line(
        text,
        "progress",
        String.format(
            Locale.ROOT,
            "step %s of %s, epoch %d of %d",
            Text.count(training.step()),
            Text.count(training.steps()),
            training.epoch(),
            training.epochs()));
    line(text, "loss", Text.value(training.loss()));
    line(
        text,
        "speed",
        Text.rate(training.samplesPerSecond())
            + " samples/s over "
            + Text.span(training.seconds()));
    line(
        text,
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
    line(
        text,
        "network",
        String.format(
            Locale.ROOT,
            "%s parameters in %d shards",
            Text.count(training.parameters()),
            training.shards()));
    work(text, training.computeSeconds(), training.modelled());
    line(text, "engine", training.engine() + ", fold version " + training.foldVersion());
  }

  /** What was measured here, and what the modelled device would have taken, never mixed. */
  private static void work(
      StringBuilder text, double computeSeconds, JobView.@Nullable ModelledView modelled) {
    if (computeSeconds > 0) {
      line(text, "computed (measured)", Text.span(computeSeconds) + " on the hosts' processors");
    }
    if (modelled != null) {
      var joules = modelled.joules();
      line(
          text,
          "device (modelled)",
          Text.seconds(modelled.seconds())
              + (joules == null
                  ? ", energy unknown: its power is not published"
                  : ", at most " + Text.joules(joules)));
    }
  }

  private static void inference(StringBuilder text, JobView job) {
    var inference = job.inference();
    if (inference == null) {
      return;
    }
    line(text, "model", inference.model() + "@" + inference.version() + ", " + inference.format());
    if (inference.tasks() == 0) {
      return;
    }
    line(
        text,
        "progress",
        String.format(
            Locale.ROOT,
            "task %d of %d, %s rows in all",
            inference.finished(),
            inference.tasks(),
            Text.count(inference.rows())));
    line(
        text,
        "speed",
        Text.rate(inference.rowsPerSecond()) + " rows/s over " + Text.span(inference.seconds()));
    work(text, inference.computeSeconds(), inference.modelled());
    inference.metrics().forEach((name, value) -> line(text, name, Text.metric(name, value)));
  }

  private static void model(StringBuilder text, JobView job) {
    var model = job.model();
    if (model == null) {
      return;
    }
    if (model.version() > 0) {
      line(text, "model", model.name() + "@" + model.version());
    }
    line(text, "sha256", model.sha256());
    model.metrics().forEach((name, value) -> line(text, name, Text.metric(name, value)));
    for (var file : model.files()) {
      line(text, file.format(), file.artifact() + " (" + Text.bytes(file.bytes()) + ")");
    }
  }

  private static String aim(String aim) {
    return aim.equals("energy") ? "energy" : "time to finish";
  }

  private static void line(StringBuilder text, String name, String value) {
    text.append(String.format(Locale.ROOT, "%-22s %s%n", name, value));
  }
}
