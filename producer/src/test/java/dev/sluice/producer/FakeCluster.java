package dev.sluice.producer;

import dev.sluice.jobs.state.Job;
import dev.sluice.platform.artifact.ArtifactStore;
import dev.sluice.platform.artifact.ArtifactStore.Kept;
import dev.sluice.producer.api.HealthView;
import dev.sluice.producer.artifact.Artifacts;
import dev.sluice.producer.history.KnownJob;
import dev.sluice.producer.http.HttpApi;
import dev.sluice.producer.http.HttpLimits;
import dev.sluice.producer.http.Services;
import dev.sluice.producer.jobs.JobLog;
import dev.sluice.producer.jobs.JobReader;
import dev.sluice.producer.jobs.Submissions;
import dev.sluice.producer.lag.LagReport;
import dev.sluice.producer.letters.Letter;
import dev.sluice.producer.letters.LetterStore;
import dev.sluice.producer.results.Results;
import dev.sluice.producer.spec.JobJson;
import dev.sluice.producer.view.ClusterView;
import dev.sluice.producer.view.Manifest;
import dev.sluice.producer.view.ReadingProgress;
import dev.sluice.schemas.codec.Digests;
import dev.sluice.schemas.topics.StateKeys;
import dev.sluice.schemas.wire.AliasSet;
import dev.sluice.schemas.wire.CancelRequested;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.DeadLetterReason;
import dev.sluice.schemas.wire.DeleteModel;
import dev.sluice.schemas.wire.EndedJob;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.JobStatus;
import dev.sluice.schemas.wire.LaneDeclared;
import dev.sluice.schemas.wire.ModelEntry;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.ResultBatch;
import dev.sluice.schemas.wire.ResultRange;
import dev.sluice.schemas.wire.Submitted;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A log, a ledger, an artifact store and results, all in memory, and an HTTP API on top. */
public final class FakeCluster implements AutoCloseable {

  public static final long NOW_MS = 100_000;

  public final ClusterView view = new ClusterView(100);
  public final Log log = new Log();
  public final StoredFiles artifacts = new StoredFiles();
  public final List<ResultBatch> results = new ArrayList<>();
  public final List<String> troubles = new CopyOnWriteArrayList<>();
  public final List<String> standstills = new CopyOnWriteArrayList<>();
  public final List<Cause> unfit = new CopyOnWriteArrayList<>();
  public final List<String> lanesMade = new CopyOnWriteArrayList<>();
  public volatile LagReport lag = new LagReport(NOW_MS, List.of());
  public volatile Results.ResultsBroken.@Nullable Reason resultsBroken;
  public volatile int resultsBrokenAfter;
  public final FakeLetterStore deadLetters = new FakeLetterStore();
  public final Submissions submissions;

  /** Jobs that have left for the history, by id. */
  public final Map<String, KnownJob> history = new ConcurrentHashMap<>();

  /** Where uploads lie while they are on their way. */
  public final Path temporary = temporaryFolder();

  private final HttpApi api;

  public FakeCluster() {
    this(new HttpLimits(64, 10_000, 100_000, 4, 8 * ArtifactStore.TRANSFER_BYTES));
  }

  public FakeCluster(HttpLimits limits) {
    var ledgerMax = Duration.ofMillis(300);
    var jobs = new JobReader(view.jobs(), this::past);
    submissions =
        new Submissions(
            log,
            view.jobs(),
            jobs,
            view.models(),
            artifacts,
            ledgerMax,
            () -> List.copyOf(standstills),
            JobJson::digest);
    var services =
        new Services(
            submissions,
            jobs,
            log,
            view,
            () -> lag,
            new FakeResults(),
            artifacts,
            lanesMade::add,
            () -> List.copyOf(unfit),
            deadLetters,
            () -> new HealthView(true, troubles.isEmpty(), List.copyOf(troubles), null),
            Clock.fixed(Instant.ofEpochMilli(NOW_MS), ZoneOffset.UTC),
            Duration.ofSeconds(10),
            ledgerMax);
    api = HttpApi.start(services, "127.0.0.1", 0, limits, temporary);
  }

  private Map<String, KnownJob> past(Collection<EndedJob> wanted) {
    return wanted.stream()
        .filter(job -> history.containsKey(job.jobId()))
        .collect(Collectors.toMap(EndedJob::jobId, job -> history.get(job.jobId())));
  }

  /** A job that has ended leaves for the history, as the log says it. */
  public void leave(Job job, Manifest manifest) {
    history.put(job.jobId(), new KnownJob(job, manifest));
    view.put(Samples.ended(history.size(), job));
    view.remove(job.jobId());
  }

  public URI uri() {
    return api.uri();
  }

  @Override
  public void close() {
    api.close();
    try {
      Files.deleteIfExists(temporary);
    } catch (IOException e) {
      throw new UncheckedIOException("closing left files behind", e);
    }
  }

  /** Files of uploads that are still there. */
  public List<Path> uploads() throws IOException {
    try (var files = Files.walk(temporary)) {
      return files.filter(Files::isRegularFile).toList();
    } catch (UncheckedIOException e) {
      return List.of(temporary); // it changed under our eyes: look again
    }
  }

  private static Path temporaryFolder() {
    try {
      return Files.createTempDirectory("sluice-test-");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A log with a ledger behind it that answers at once, unless told otherwise. */
  public final class Log implements JobLog {
    public final List<JobEvent> events = new CopyOnWriteArrayList<>();
    public volatile Consumer<JobEvent> ledger = this::decide;
    public volatile boolean ledgerRefuses;
    public volatile boolean brokersAway;

    public void silenceLedger() {
      ledger = event -> {};
    }

    @Override
    public void append(String key, JobEvent event) throws LogUnavailable {
      if (brokersAway) {
        throw new LogUnavailable("no broker");
      }
      events.add(event);
      ledger.accept(event);
    }

    private void decide(JobEvent event) {
      switch (event) {
        case Submitted(var jobId, var digest, var spec) when view.jobs().job(jobId).isEmpty() ->
            view.put(
                Samples.state(
                    jobId,
                    digest,
                    spec,
                    ledgerRefuses ? JobStatus.REFUSED : JobStatus.PREPARING,
                    NOW_MS,
                    null,
                    null,
                    ledgerRefuses ? Samples.cause("No lane can train.") : null));
        case CancelRequested(var jobId, var reason) ->
            view.jobs()
                .job(jobId)
                .ifPresent(
                    job -> view.put(Samples.state(jobId, JobStatus.CANCELLED, job.submittedMs())));
        case LaneDeclared(var lane) -> view.put(lane);
        case AliasSet(var name, var alias, var version) ->
            view.models()
                .model(name)
                .ifPresent(
                    model -> {
                      Map<String, Integer> aliases = new HashMap<>(model.aliases());
                      if (version == 0) {
                        aliases.remove(alias);
                      } else {
                        aliases.put(alias, version);
                      }
                      view.put(new ModelEntry(name, 1, aliases));
                    });
        case DeleteModel(var name, int version) ->
            view.models()
                .model(name)
                .ifPresent(
                    model ->
                        model.versions().stream()
                            .map(ModelVersion::version)
                            .filter(known -> version == DeleteModel.ALL || version == known)
                            .forEach(gone -> view.remove(StateKeys.version(name, gone))));
        default -> throw new IllegalArgumentException("the producer does not write " + event);
      }
    }

    @Override
    public void close() {}
  }

  /** Files in memory. */
  public static final class StoredFiles implements Artifacts {
    public final Map<String, byte[]> files = new ConcurrentHashMap<>();
    public volatile boolean away;

    /** Half of a file comes, and then that it is not the file. */
    public volatile boolean broken;

    @Override
    public String put(Path file) throws IOException {
      var bytes = Files.readAllBytes(file);
      var digest = Digests.sha256(bytes);
      files.put(digest, bytes);
      return digest;
    }

    @Override
    public boolean has(String digest) throws IOException {
      if (away) {
        throw new IOException("no broker");
      }
      return files.containsKey(digest);
    }

    /** What whoever names any stored file is told. */
    public volatile Kept kept = Kept.YES;

    public volatile boolean full;
    public final List<String> announced = new CopyOnWriteArrayList<>();

    @Override
    public Kept keep(String digest) throws IOException {
      return has(digest) ? kept : Kept.MISSING;
    }

    @Override
    public boolean isFull() {
      return full;
    }

    @Override
    public long announce(String digest) {
      announced.add(digest);
      return NOW_MS + 1_000;
    }

    @Override
    public boolean copy(String digest, OutputStream out) throws IOException {
      var file = files.get(digest);
      if (file == null) {
        return false;
      }
      if (broken) {
        out.write(file, 0, file.length / 2);
        throw new Unavailable("the stored bytes have another digest");
      }
      out.write(file);
      return true;
    }

    @Override
    public void close() {}
  }

  /** Letters in memory; those that can be written back are. */
  public static final class FakeLetterStore implements LetterStore {
    public final List<Letter> letters = new CopyOnWriteArrayList<>();
    public final List<String> redriven = new CopyOnWriteArrayList<>();

    /** Ids of letters whose schema is still not known. */
    public final Set<String> stuck = ConcurrentHashMap.newKeySet();

    public volatile @Nullable ReadingProgress reading;

    @Override
    public Optional<ReadingProgress> reading() {
      return Optional.ofNullable(reading);
    }

    @Override
    public List<Letter> letters() {
      return List.copyOf(letters);
    }

    @Override
    public Map<DeadLetterReason, Long> counts() {
      return letters.stream().collect(Collectors.groupingBy(Letter::reason, Collectors.counting()));
    }

    @Override
    public Redriven redrive(List<String> ids) {
      var able =
          letters.stream()
              .filter(letter -> letter.keptBecause().isEmpty())
              .map(Letter::id)
              .filter(id -> ids.contains(id) && !stuck.contains(id))
              .toList();
      redriven.addAll(able);
      return new Redriven(
          able,
          ids.stream()
              .filter(id -> !able.contains(id))
              .map(id -> new LeftOut(id, "It stays."))
              .toList());
    }

    @Override
    public void close() {}
  }

  private final class FakeResults implements Results {
    @Override
    public void read(String jobId, List<ResultRange> ranges, Sink sink)
        throws ResultsBroken, IOException {
      int given = 0;
      for (var range : ranges) {
        for (var batch : results) {
          if (batch.rowFrom() >= range.rowFrom() && batch.rowFrom() < range.rowTo()) {
            var reason = resultsBroken;
            if (reason != null && given >= resultsBrokenAfter) {
              throw new ResultsBroken(reason, "as the test asked");
            }
            sink.accept(batch);
            given++;
          }
        }
      }
    }

    @Override
    public void close() {}
  }
}
