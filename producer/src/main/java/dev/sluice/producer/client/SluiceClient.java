package dev.sluice.producer.client;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.sluice.producer.api.ArtifactGoing;
import dev.sluice.producer.api.ArtifactView;
import dev.sluice.producer.api.DeadLetterPage;
import dev.sluice.producer.api.HealthView;
import dev.sluice.producer.api.JobPage;
import dev.sluice.producer.api.JobView;
import dev.sluice.producer.api.LagView;
import dev.sluice.producer.api.LaneView;
import dev.sluice.producer.api.ModelView;
import dev.sluice.producer.api.Problem;
import dev.sluice.producer.api.RedrivenView;
import dev.sluice.producer.api.WorkerView;
import dev.sluice.producer.spec.JobJson;
import dev.sluice.schemas.wire.JobSpec;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Sluice from Java, over HTTP. Safe for use by several threads. Every wait, for an answer to begin
 * and for each next piece of it, is bounded and ends with {@link SluiceException.TimedOut}.
 */
public final class SluiceClient implements AutoCloseable {

  /** A server that asks to be asked again is asked for so long. */
  public static final Duration STILL_READING_MAX = HttpCalls.AGAIN_MAX;

  private static final Duration TRANSFER_MAX = Duration.ofMinutes(10);

  /** A body of which nothing comes for so long is given up. */
  private static final Duration STALL_MAX = Duration.ofSeconds(60);

  /** While waiting for a job, a server that is away for so long is given up. */
  private static final Duration AWAY_MAX = Duration.ofSeconds(20);

  /** The brokers are asked several times, each time within a bound. */
  private static final Duration REDRIVE_MAX = Duration.ofSeconds(90);

  /** One request for a job's outcome waits so long for it. */
  private static final Duration LONG_POLL = Duration.ofSeconds(30);

  /** The same where progress is wanted meanwhile. */
  private static final Duration PROGRESS_POLL = Duration.ofMillis(500);

  private static final Duration AGAIN = Duration.ofMillis(200);

  private final HttpCalls calls;

  /**
   * @param server such as http://127.0.0.1:8642
   */
  public SluiceClient(URI server) {
    this(server, problem -> {});
  }

  /**
   * A client of a server that may be starting, or have much to do: what it asks to be asked again
   * is asked again, for {@link #STILL_READING_MAX}.
   *
   * @param server such as http://127.0.0.1:8642
   * @param waits told each time what is waited for
   */
  public SluiceClient(URI server, Consumer<Problem> waits) {
    this.calls = new HttpCalls(server, STALL_MAX, waits);
  }

  /** What a results file looks like. */
  public enum ResultFormat {
    /** One JSON object per line. */
    NDJSON("application/x-ndjson"),
    /** Comma-separated values with a header. */
    CSV("text/csv");

    private final String mediaType;

    ResultFormat(String mediaType) {
      this.mediaType = mediaType;
    }
  }

  /**
   * Submits a job.
   *
   * @param spec a job whose files are stored, see {@link #upload}
   * @param idempotencyKey submitting again with the same key gives the same job; null: always a new
   *     one
   * @return the job as the ledger took it over
   * @throws SluiceException where it was not taken over
   */
  public JobView submit(JobSpec spec, @Nullable String idempotencyKey) throws SluiceException {
    return submit(JobJson.of(spec).toString(), "application/json", idempotencyKey);
  }

  /**
   * Submits a job file.
   *
   * @param document JSON or YAML that names stored files by digest
   * @param mediaType application/json or application/yaml
   * @param idempotencyKey submitting again with the same key gives the same job; null: always a new
   *     one
   * @return the job as the ledger took it over
   * @throws SluiceException where it was not taken over
   */
  public JobView submit(String document, String mediaType, @Nullable String idempotencyKey)
      throws SluiceException {
    var request = calls.request("/v1/jobs").header("Content-Type", mediaType);
    if (idempotencyKey != null) {
      request.header("Idempotency-Key", idempotencyKey);
    }
    return calls.call(request.POST(BodyPublishers.ofString(document)), JobView.class);
  }

  /** A job's present state. */
  public JobView job(String jobId) throws SluiceException {
    return calls.call(calls.request("/v1/jobs/" + encoded(jobId)).GET(), JobView.class);
  }

  /**
   * A page of jobs, last submitted first.
   *
   * @param status only these; null for all
   * @param limit most jobs on the page
   * @param after {@code next} of the page before; null for the first
   */
  public JobPage jobs(@Nullable String status, int limit, @Nullable String after)
      throws SluiceException {
    var query = new StringBuilder("/v1/jobs?limit=").append(limit);
    if (status != null) {
      query.append("&status=").append(encoded(status));
    }
    if (after != null) {
      query.append("&after=").append(encoded(after));
    }
    return calls.call(calls.request(query.toString()).GET(), JobPage.class);
  }

  /**
   * Jobs whose ids begin like this, last submitted first.
   *
   * @param prefix beginning of an id
   * @param limit most jobs
   */
  public JobPage jobsBeginning(String prefix, int limit) throws SluiceException {
    return calls.call(
        calls.request("/v1/jobs?limit=" + limit + "&prefix=" + encoded(prefix)).GET(),
        JobPage.class);
  }

  /**
   * Asks for a job to end.
   *
   * @return its state; it may take a little longer to be cancelled
   */
  public JobView cancel(String jobId) throws SluiceException {
    return calls.call(
        calls.request("/v1/jobs/" + encoded(jobId) + "/cancel").POST(BodyPublishers.noBody()),
        JobView.class);
  }

  /**
   * Waits until a job has reached its outcome.
   *
   * @param within longest wait
   * @return the state with the outcome
   * @throws SluiceException.TimedOut where it has none within that time; the job goes on
   */
  public JobView await(String jobId, Duration within) throws SluiceException {
    return await(jobId, within, LONG_POLL, state -> {});
  }

  /**
   * Waits until a job has reached its outcome.
   *
   * @param within longest wait
   * @param progress is told how far it is, twice a second, without what {@code include} would add
   * @return the state with the outcome
   * @throws SluiceException.TimedOut where it has none within that time; the job goes on
   */
  public JobView await(String jobId, Duration within, Consumer<JobView> progress)
      throws SluiceException {
    return await(jobId, within, PROGRESS_POLL, progress);
  }

  /** The server answers once the job has its outcome, and after {@code poll} in any case. */
  private JobView await(String jobId, Duration within, Duration poll, Consumer<JobView> progress)
      throws SluiceException {
    long deadline = System.nanoTime() + within.toNanos();
    long heardOf = System.nanoTime();
    while (true) {
      try {
        long leftMs = Math.max(0, Duration.ofNanos(deadline - System.nanoTime()).toMillis());
        var job =
            calls.call(
                calls
                    .request(
                        "/v1/jobs/%s?until=final&wait=%sms"
                            .formatted(encoded(jobId), Math.min(poll.toMillis(), leftMs)))
                    .GET(),
                JobView.class);
        heardOf = System.nanoTime();
        progress.accept(job);
        if (job.finished()) {
          return job(jobId);
        }
      } catch (SluiceException.Unreachable e) {
        // The job goes on without the server, which may be back in a moment.
        if (System.nanoTime() - heardOf > AWAY_MAX.toNanos() || calls.pause(AGAIN)) {
          throw e;
        }
      }
      if (System.nanoTime() > deadline) {
        throw new SluiceException.TimedOut("Job " + jobId, within);
      }
    }
  }

  /**
   * Copies a job's results.
   *
   * @param out where to; not closed
   * @throws IOException where {@code out} fails, or the transfer breaks off
   */
  public void results(String jobId, ResultFormat format, OutputStream out)
      throws SluiceException, IOException {
    var request =
        calls
            .request("/v1/jobs/" + encoded(jobId) + "/results")
            .header("Accept", format.mediaType)
            .timeout(TRANSFER_MAX)
            .GET();
    calls.copy(request, out);
  }

  /** All lanes. */
  public List<LaneView> lanes() throws SluiceException {
    return calls.list("/v1/lanes", "lanes", LaneView.class);
  }

  /**
   * Declares a lane, or changes it.
   *
   * @param lane its name
   * @param accelerator accelerator model as in the catalogue
   * @param workersMin fewest workers an autoscaler keeps
   * @param workersMax most workers an autoscaler starts
   */
  public LaneView declareLane(String lane, String accelerator, int workersMin, int workersMax)
      throws SluiceException {
    var body =
        JsonNodeFactory.instance
            .objectNode()
            .put("accelerator", accelerator)
            .put("workersMin", workersMin)
            .put("workersMax", workersMax);
    return calls.call(
        calls
            .request("/v1/lanes/" + encoded(lane))
            .header("Content-Type", "application/json")
            .PUT(BodyPublishers.ofString(body.toString())),
        LaneView.class);
  }

  /** The lag of all lanes and of the coordinator's topics. */
  public LagView lag() throws SluiceException {
    return calls.call(calls.request("/v1/lag").GET(), LagView.class);
  }

  /** The workers. */
  public List<WorkerView> fleet() throws SluiceException {
    return calls.list("/v1/fleet", "workers", WorkerView.class);
  }

  /** All models. */
  public List<ModelView> models() throws SluiceException {
    return calls.list("/v1/models", "models", ModelView.class);
  }

  /** One model. */
  public ModelView model(String name) throws SluiceException {
    return calls.call(calls.request("/v1/models/" + encoded(name)).GET(), ModelView.class);
  }

  /**
   * Deletes a version. Its number is not given again; jobs that use it go on to their end.
   *
   * @return what is left of the model
   */
  public ModelView deleteVersion(String model, int version) throws SluiceException {
    return calls.call(
        calls.request("/v1/models/" + encoded(model) + "/versions/" + version).DELETE(),
        ModelView.class);
  }

  /** Deletes a model with all its versions and aliases. */
  public ModelView deleteModel(String model) throws SluiceException {
    return calls.call(calls.request("/v1/models/" + encoded(model)).DELETE(), ModelView.class);
  }

  /** Points an alias of a model at a version. */
  public ModelView alias(String model, String alias, int version) throws SluiceException {
    var body = JsonNodeFactory.instance.objectNode().put("version", version);
    return calls.call(
        calls
            .request("/v1/models/" + encoded(model) + "/aliases/" + encoded(alias))
            .header("Content-Type", "application/json")
            .PUT(BodyPublishers.ofString(body.toString())),
        ModelView.class);
  }

  /** Whether a file is stored. */
  public boolean has(String digest) throws SluiceException {
    var request =
        calls.request("/v1/artifacts/" + encoded(digest)).method("HEAD", BodyPublishers.noBody());
    int status = calls.status(request);
    return switch (status) {
      case 200 -> true;
      case 404 -> false;
      default -> throw calls.unexpected(status);
    };
  }

  /**
   * Stores a file.
   *
   * @throws FileNotFoundException where there is none
   */
  public ArtifactView upload(Path file) throws SluiceException, FileNotFoundException {
    return calls.call(
        calls
            .request("/v1/artifacts")
            .header("Content-Type", "application/octet-stream")
            .timeout(TRANSFER_MAX)
            .PUT(BodyPublishers.ofFile(file)),
        ArtifactView.class);
  }

  /**
   * Deletes a stored file that nobody uses, after a notice in which naming or storing it keeps it.
   */
  public ArtifactGoing deleteArtifact(String digest) throws SluiceException {
    return calls.call(
        calls.request("/v1/artifacts/" + encoded(digest)).DELETE(), ArtifactGoing.class);
  }

  /**
   * Copies a stored file.
   *
   * @param out where to; not closed
   * @throws IOException where {@code out} fails, or the transfer breaks off
   */
  public void download(String digest, OutputStream out) throws SluiceException, IOException {
    var request = calls.request("/v1/artifacts/" + encoded(digest)).timeout(TRANSFER_MAX).GET();
    calls.copy(request, out);
  }

  /**
   * A page of dead letters, newest first.
   *
   * @param reason only these; null for all
   * @param limit most letters on the page
   * @param after {@code next} of the page before; null for the first
   */
  public DeadLetterPage deadLetters(@Nullable String reason, int limit, @Nullable String after)
      throws SluiceException {
    var query = new StringBuilder("/v1/dead-letters?limit=").append(limit);
    if (reason != null) {
      query.append("&reason=").append(encoded(reason));
    }
    if (after != null) {
      query.append("&after=").append(encoded(after));
    }
    return calls.call(calls.request(query.toString()).GET(), DeadLetterPage.class);
  }

  /**
   * Writes records of dead letters back to their topic. Doing so twice does no harm.
   *
   * @param ids which
   */
  public RedrivenView redrive(List<String> ids) throws SluiceException {
    var body = JsonNodeFactory.instance.objectNode();
    var array = body.putArray("ids");
    ids.forEach(array::add);
    return redrive(body.toString());
  }

  /**
   * Writes the records of all dead letters back for which that is possible; of very many not all,
   * which is then said.
   *
   * @param reason only these; null for all
   */
  public RedrivenView redriveAll(@Nullable String reason) throws SluiceException {
    var body = JsonNodeFactory.instance.objectNode().put("all", true);
    if (reason != null) {
      body.put("reason", reason);
    }
    return redrive(body.toString());
  }

  private RedrivenView redrive(String body) throws SluiceException {
    return calls.call(
        calls
            .request("/v1/dead-letters/redrive")
            .header("Content-Type", "application/json")
            .timeout(REDRIVE_MAX)
            .POST(BodyPublishers.ofString(body)),
        RedrivenView.class);
  }

  /** Whether the server can do its work. */
  public HealthView health() throws SluiceException {
    // 503 says that it can't, and why: an answer, too.
    return calls.call(calls.request("/v1/health").GET(), HealthView.class, 200, 503);
  }

  @Override
  public void close() {
    calls.close();
  }

  private static String encoded(String part) {
    return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
