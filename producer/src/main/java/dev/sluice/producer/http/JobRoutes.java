package dev.sluice.producer.http;

import dev.sluice.jobs.rules.Names;
import dev.sluice.jobs.state.InferenceState;
import dev.sluice.jobs.state.Job;
import dev.sluice.producer.api.JobPage;
import dev.sluice.producer.api.JobView;
import dev.sluice.producer.api.JobViews;
import dev.sluice.producer.api.Problem;
import dev.sluice.producer.api.ProblemException;
import dev.sluice.producer.api.ProblemType;
import dev.sluice.producer.api.Waits;
import dev.sluice.producer.history.KnownJob;
import dev.sluice.producer.jobs.JobIds;
import dev.sluice.producer.jobs.Submissions;
import dev.sluice.producer.results.Column;
import dev.sluice.producer.results.ResultRows;
import dev.sluice.producer.results.Results;
import dev.sluice.producer.results.RowWriter;
import dev.sluice.producer.spec.ApiWords;
import dev.sluice.producer.spec.FileReference;
import dev.sluice.producer.spec.JobFile;
import dev.sluice.producer.spec.JobFileResult;
import dev.sluice.producer.view.FleetView;
import dev.sluice.producer.view.JobsView;
import dev.sluice.schemas.problem.NearestName;
import dev.sluice.schemas.problem.Problems;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.PredictionSpec;
import dev.sluice.schemas.wire.ResultRange;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Jobs and their results. */
final class JobRoutes {

  static final int PAGE_MAX = 500;
  private static final int PAGE = 50;
  private static final String[] NO_WORDS = {};

  /** JSON is YAML too, so one reader reads them all. */
  private static final List<String> MEDIA_TYPES =
      List.of("application/json", "application/yaml", "application/x-yaml", "text/yaml");

  /** A manifest is committed with the job's last state but may be read a moment later. */
  private static final Duration MANIFEST_MAX = Duration.ofSeconds(5);

  private final Services services;

  JobRoutes(Services services) {
    this.services = services;
  }

  HttpAnswer submit(Request request) {
    request.requireMediaType(MEDIA_TYPES);
    var spec = parse(request);
    var within = Preference.wait(request.header("prefer"));
    var known = services.submissions().submit(spec, idempotencyKey(request));
    var jobId = known.job().jobId();
    if (within.isEmpty()) {
      return submitted(known, 202);
    }
    if (JobsView.isTerminal(known.job().status())) {
      return afterWaiting(known);
    }
    var ended =
        services
            .view()
            .jobs()
            .await(jobId, state -> JobsView.isTerminal(state.status()), within.get());
    return new HttpAnswer.Later(
        ended, () -> afterWaiting(services.jobs().find(jobId).orElse(known)));
  }

  /** 200 where it has ended, so that nothing more is to be asked for. */
  private HttpAnswer afterWaiting(KnownJob known) {
    Submissions.requireAccepted(known.job());
    return submitted(known, JobsView.isTerminal(known.job().status()) ? 200 : 202);
  }

  private HttpAnswer submitted(KnownJob known, int status) {
    return HttpAnswer.json(
        status, view(known), Map.of("Location", "/v1/jobs/" + known.job().jobId()));
  }

  HttpAnswer list(Request request) {
    var status = request.query("status").map(JobRoutes::status).orElse(null);
    int limit = request.number("limit", PAGE, 1, PAGE_MAX);
    JobsView.Page page;
    try {
      page =
          services
              .view()
              .jobs()
              .page(
                  status,
                  request.query("prefix").orElse(""),
                  limit,
                  request.query("after").orElse(null));
    } catch (IllegalArgumentException e) {
      throw Request.bad("Query parameter after must be the 'next' of the page before.");
    }
    var counts = new EnumMap<JobStatus, Integer>(JobStatus.class);
    counts.putAll(services.view().jobs().counts());
    var byWord = new LinkedHashMap<String, Integer>();
    counts.forEach((key, count) -> byWord.put(ApiWords.of(key), count));
    var waits = waits();
    var parts = parts(request);
    return HttpAnswer.json(
        new JobPage(
            services.jobs().find(page.jobIds()).stream()
                .map(job -> view(job, waits, parts))
                .toList(),
            page.next(),
            byWord,
            services.clock().millis()));
  }

  HttpAnswer read(Request request) {
    var known = job(request);
    var poll = LongPoll.of(request);
    if (poll.isEmpty()) {
      return HttpAnswer.json(
          request.query("include").isPresent()
              ? view(known, waits(), parts(request))
              : view(known));
    }
    var parts = parts(request);
    var state = known.job();
    var until = poll.get().until(state);
    if (until.test(state)) {
      return HttpAnswer.json(view(known, waits(), parts));
    }
    var happened = services.view().jobs().await(state.jobId(), until, poll.get().longest());
    if (happened.state() == Future.State.FAILED
        && happened.exceptionNow() instanceof RejectedExecutionException full) {
      throw Problem.of(ProblemType.BUSY, full.getMessage() + ".").toException();
    }
    return new HttpAnswer.Later(
        happened, () -> HttpAnswer.json(view(job(request), waits(), parts)));
  }

  HttpAnswer cancel(Request request) {
    var reason = request.query("reason").orElse("cancelled over HTTP");
    var known = services.submissions().cancel(jobId(request), reason);
    return HttpAnswer.json(
        JobsView.isTerminal(known.job().status()) ? 200 : 202,
        view(known),
        Map.of("Location", "/v1/jobs/" + known.job().jobId()));
  }

  HttpAnswer results(Request request) {
    var known = job(request);
    var state = known.job();
    if (state.spec().work() instanceof PredictionSpec) {
      throw wrongState(
          state, "had its rows itself, so its answers are its own: prediction.rows of the job.");
    }
    if (!(state.spec().work() instanceof InferenceSpec spec)) {
      var kind = ApiWords.kind(state.spec().work());
      throw wrongState(
          state, "is a " + kind + " job. What it made is a model: see GET /v1/models.");
    }
    if (!JobsView.isTerminal(state.status())) {
      throw wrongState(
          state,
          "is " + ApiWords.of(state.status()) + ". Results are there once it has succeeded.");
    }
    var inference = state.inference();
    if (state.status() != JobStatus.SUCCEEDED || inference == null) {
      throw wrongState(state, "ended as " + ApiWords.of(state.status()) + " and has no results.");
    }
    var format = format(request);
    var ranges = ranges(known, inference);
    return new HttpAnswer.Stream(
        200,
        format.mediaType(),
        Map.of(),
        out -> write(state.jobId(), spec, inference, ranges, format, out));
  }

  private void write(
      String jobId,
      InferenceSpec spec,
      InferenceState inference,
      List<ResultRange> ranges,
      RowWriter.Format format,
      OutputStream out)
      throws IOException {
    var network = inference.model().network();
    var rows = new ResultRows(network.objective(), network.classes());
    var writer =
        RowWriter.to(format, columns(spec, inference), network.classes(), network.outputs(), out);
    try {
      writer.begin();
      services
          .results()
          .read(
              jobId,
              ranges,
              batch -> {
                for (var row : rows.of(batch)) {
                  writer.write(row);
                }
              });
      writer.end();
    } catch (Results.ResultsBroken e) {
      var type =
          switch (e.reason()) {
            case EXPIRED -> ProblemType.GONE;
            case CORRUPT -> ProblemType.INTERNAL;
            case UNAVAILABLE, BUSY -> ProblemType.UNAVAILABLE;
          };
      throw Problem.of(type, "The results can't be given: " + e.getMessage() + ".")
          .about(jobId)
          .toException();
    }
  }

  private static List<Column> columns(InferenceSpec spec, InferenceState inference) {
    if (!spec.columns().isEmpty()) {
      return spec.columns().stream().flatMap(word -> Column.of(word).stream()).toList();
    }
    boolean classifies = inference.model().network().objective().ofClasses();
    return Column.DEFAULT.stream()
        .filter(column -> column != Column.PROBABILITY || classifies)
        .filter(column -> column != Column.LABEL || spec.dataset().label() != null)
        .toList();
  }

  private List<ResultRange> ranges(KnownJob known, InferenceState inference) {
    var state = known.job();
    if (known.manifest().covers(inference.rows())) {
      return known.manifest().ranges();
    }
    try {
      return services
          .view()
          .jobs()
          .awaitManifest(state.jobId(), inference.rows(), MANIFEST_MAX)
          .get()
          .ranges();
    } catch (ExecutionException e) {
      throw Problem.of(
              ProblemType.UNAVAILABLE,
              "This producer has not read the list of the job's results yet; try again in a"
                  + " moment.")
          .about(state.jobId())
          .toException();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Problem.of(ProblemType.UNAVAILABLE, "The producer is stopping.").toException();
    }
  }

  private static RowWriter.Format format(Request request) {
    var accept = request.header("accept");
    var asked = request.query("format").orElse("");
    return switch (asked) {
      case "csv" -> RowWriter.Format.CSV;
      case "ndjson" -> RowWriter.Format.NDJSON;
      case "" ->
          accept != null && accept.contains(RowWriter.Format.CSV.mediaType())
              ? RowWriter.Format.CSV
              : RowWriter.Format.NDJSON;
      default -> throw Request.bad("Query parameter format must be ndjson or csv.");
    };
  }

  private static JobSpec parse(Request request) {
    return switch (JobFile.parse(request.body())) {
      case JobFileResult.Parsed parsed when parsed.files().isEmpty() -> parsed.spec();
      case JobFileResult.Parsed parsed -> throw invalid(localFiles(parsed.files()));
      case JobFileResult.Invalid(var problems) -> throw invalid(problems);
    };
  }

  private static ProblemException invalid(List<Cause> problems) {
    return Problem.of(ProblemType.INVALID, Problems.heading(problems) + " with the job.", problems)
        .toException();
  }

  private static List<Cause> localFiles(List<FileReference> files) {
    return files.stream()
        .map(
            file ->
                new Cause(
                    Code.ARTIFACT_MISSING,
                    file.where(),
                    "The job names the file '" + file.file() + "'.",
                    "The server does not see your files, and opens none of its own for a job.",
                    "Upload it with PUT /v1/artifacts and name the digest that this gives, or use"
                        + " `sluice submit`, which does both."))
        .toList();
  }

  private static @Nullable String idempotencyKey(Request request) {
    var header = request.header("idempotency-key");
    if (header == null) {
      return null;
    }
    // The header's draft standard quotes the key, most clients don't.
    var key =
        header.length() >= 2 && header.startsWith("\"") && header.endsWith("\"")
            ? header.substring(1, header.length() - 1)
            : header;
    if (key.isBlank() || key.length() > JobIds.KEY_CHARS_MAX) {
      throw Request.bad("Idempotency-Key must have 1 to " + JobIds.KEY_CHARS_MAX + " characters.");
    }
    return key;
  }

  private KnownJob job(Request request) {
    var jobId = jobId(request);
    return services.jobs().find(jobId).orElseThrow(() -> unknown(jobId));
  }

  private ProblemException unknown(String jobId) {
    return services
        .view()
        .unread()
        .of(jobId)
        .map(
            unread ->
                Problem.of(
                        ProblemType.NOT_FOUND,
                        "Of job " + jobId + " nothing can be shown. " + unread.what())
                    .about(jobId)
                    .toException())
        .orElseGet(() -> Submissions.unknown(jobId));
  }

  private static String jobId(Request request) {
    var jobId = request.path("job");
    if (!Names.isJobId(jobId)) {
      throw Request.bad("A job id has " + Names.JOB_ID_RULE + ".");
    }
    return jobId;
  }

  private static JobStatus status(String word) {
    return ApiWords.parse(JobStatus.class, word)
        .orElseThrow(
            () ->
                Request.bad(
                    "Query parameter status must be one of "
                        + Arrays.stream(JobStatus.values())
                            .map(ApiWords::of)
                            .collect(Collectors.joining(", "))
                        + "."));
  }

  private static ProblemException wrongState(Job state, String what) {
    return Problem.of(ProblemType.WRONG_STATE, "Job " + state.jobId() + " " + what)
        .about(state.jobId())
        .toException();
  }

  private JobView view(KnownJob known) {
    return view(known, waits(), EnumSet.allOf(JobViews.Part.class));
  }

  private JobView view(KnownJob known, Waits waits, Set<JobViews.Part> parts) {
    var state = known.job();
    var view = services.view();
    var unread =
        view.unread()
            .of(state.jobId())
            .map(record -> record.what() + " What is shown is what was known before.")
            .orElse(null);
    return JobViews.of(
        state,
        known.prediction(),
        view.jobs().lossCurve(state.jobId()),
        known.manifest().measured(),
        unread,
        waits,
        parts);
  }

  /** What a list holds beside what everyone needs of it: its jobs may have thousands of losses. */
  private static Set<JobViews.Part> parts(Request request) {
    var parts = EnumSet.noneOf(JobViews.Part.class);
    for (var word : request.query("include").map(words -> words.split(",", -1)).orElse(NO_WORDS)) {
      parts.add(
          JobViews.Part.of(word.strip())
              .orElseThrow(
                  () ->
                      Request.bad(
                          "Query parameter include names '"
                              + word
                              + "'. "
                              + NearestName.hint(word, JobViews.Part.words())
                              + "It may name, separated by commas, "
                              + String.join(", ", JobViews.Part.words())
                              + ".")));
    }
    return parts;
  }

  private Waits waits() {
    long nowMs = services.clock().millis();
    long since = nowMs - services.workerSilence().toMillis();
    var alive = services.view().fleet().since(since).stream().map(FleetView.Worker::heartbeat);
    return new Waits(alive.toList(), services.lag().get(), nowMs);
  }
}
