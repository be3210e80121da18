package dev.sluice.deploy.fuzz;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.platform.artifact.ArtifactStore.Kept;
import dev.sluice.producer.api.HealthView;
import dev.sluice.producer.artifact.Artifacts;
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
import dev.sluice.producer.view.ReadingProgress;
import dev.sluice.schemas.wire.DeadLetterReason;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.ResultRange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The HTTP API, on a socket: lines, paths, queries, headers and bodies of all kinds. */
final class HttpTarget implements FuzzTarget, AutoCloseable {
  private static final int ANSWER_MS_MAX = 20_000;
  private static final int BODY_BYTES_MAX = 100_000;
  private static final Duration LEDGER = Duration.ofMillis(1);

  private static final List<String> METHODS =
      List.of("GET", "PUT", "POST", "DELETE", "HEAD", "OPTIONS", "PATCH");

  private static final List<String> PATHS =
      List.of(
          "/v1/jobs",
          "/v1/jobs/%s",
          "/v1/jobs/%s/cancel",
          "/v1/jobs/%s/results",
          "/v1/lanes",
          "/v1/lanes/%s",
          "/v1/models",
          "/v1/models/%s",
          "/v1/models/%s/aliases/%s",
          "/v1/artifacts",
          "/v1/artifacts/%s",
          "/v1/fleet",
          "/v1/dead-letters",
          "/v1/dead-letters/redrive",
          "/v1/lag",
          "/v1/lag/history",
          "/v1/health",
          "/metrics",
          "/",
          "/%s");

  private static final List<String> PARTS =
      List.of(
          "job-1",
          "..",
          "../..",
          "%2e%2e%2f%2e%2e%2fetc%2fpasswd",
          "..%5c..%5cwindows",
          "%00",
          "a%00b",
          "%",
          "%zz",
          "%ff%fe",
          "%c0%ae%c0%ae",
          "x".repeat(3_000),
          "sha256:" + "0".repeat(64),
          "sha256:../../etc/passwd",
          ";",
          "a;b=c",
          "%2F",
          "//",
          "~",
          "$%7Bjndi:ldap:x%7D",
          "%0d%0aX:y",
          "%F0%9F%92%A9",
          "-1",
          "0",
          "con",
          ".",
          "*");

  private static final List<String> QUERIES =
      List.of(
          "limit=-1",
          "limit=99999999999999999999",
          "limit=x",
          "status=none",
          "after=%00",
          "format=csv",
          "format=..",
          "include=lossCurve,verdicts,spec",
          "include=,%00",
          "prefix=%22",
          "reason=other",
          "wait=1e9",
          "a=%zz",
          "&&&",
          "=",
          "limit=1&limit=2",
          "name=%F0",
          "x",
          "bytes=-5");

  private static final List<String> HEADERS =
      List.of(
          "Content-Type: application/json",
          "Content-Type: application/x-yaml",
          "Content-Type: x",
          "Content-Type: multipart/form-data; boundary=",
          "Content-Type: application/x-www-form-urlencoded",
          "Idempotency-Key: ",
          "Idempotency-Key: k",
          "Idempotency-Key: " + "k".repeat(2_000),
          "Accept: text/csv",
          "Accept: ;;;q=",
          "Range: bytes=9-1",
          "Expect: nonsense",
          "Origin: http://evil.example",
          "Content-Encoding: gzip",
          "If-None-Match: \"",
          "Cookie: " + "c".repeat(3_000),
          "X: \u00ff\u0001",
          "Upgrade: h2c");

  private static final Mutator TEXT =
      new Mutator(List.of("{", "[", "\"", "&a", "*a", "\u0000", "kind", "file: /etc/passwd"));
  private static final Mutator LINES =
      new Mutator(
          List.of(
              "\r\n",
              "\n",
              "\r\n\r\n",
              " ",
              "HTTP/1.1",
              "HTTP/9.9",
              ":",
              "\u0000",
              "Host: x\r\n",
              "Transfer-Encoding: chunked\r\n",
              "Content-Length: -1\r\n",
              "ffffffffffffffff\r\n"));

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;
  private final HttpApi api;
  private final URI uri;

  HttpTarget() throws IOException {
    folder = Files.createTempDirectory("sluice-fuzz");
    var view = new ClusterView(100);
    var log = new Nowhere();
    var files = new NoFiles();
    var jobs = new JobReader(view.jobs(), ended -> Map.of());
    api =
        HttpApi.start(
            new Services(
                new Submissions(
                    log,
                    view.jobs(),
                    jobs,
                    view.models(),
                    files,
                    LEDGER,
                    List::of,
                    JobJson::digest),
                jobs,
                log,
                view,
                () -> LagReport.NONE,
                new NoResults(),
                files,
                lane -> {},
                List::of,
                new NoLetters(),
                () -> new HealthView(true, true, List.of(), null),
                Clock.systemUTC(),
                Duration.ofSeconds(10),
                LEDGER),
            "127.0.0.1",
            0,
            new HttpLimits(64, BODY_BYTES_MAX, BODY_BYTES_MAX, 4, 1L << 30),
            folder);
    uri = api.uri();
  }

  @Override
  public String name() {
    return "http";
  }

  @Override
  public int share() {
    return 5;
  }

  @Override
  public void attempt(Dice dice) throws IOException {
    var body = dice.oneIn(2) ? new byte[0] : TEXT.change(dice.of(Seeds.jobs()), dice);
    var method = dice.of(METHODS);
    var head = head(dice, method, body.length);
    if (dice.oneIn(3)) {
      send(LINES.change(joined(head, body), dice));
    } else {
      var request = joined(head, body);
      try {
        check(method, ask(request));
      } catch (AssertionError found) {
        var text = new String(request, StandardCharsets.ISO_8859_1);
        throw new AssertionError(found.getMessage() + "\nto the request\n" + text, found);
      }
    }
  }

  private static byte[] head(Dice dice, String method, int length) {
    var path = dice.of(PATHS);
    while (path.contains("%s")) {
      path = path.replaceFirst("%s", java.util.regex.Matcher.quoteReplacement(dice.of(PARTS)));
    }
    if (dice.oneIn(2)) {
      path += "?" + dice.of(QUERIES);
    }
    var head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n");
    for (int left = dice.below(3); left > 0; left--) {
      head.append(dice.of(HEADERS)).append("\r\n");
    }
    head.append("Content-Length: ").append(length).append("\r\nConnection: close\r\n\r\n");
    return head.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  private static byte[] joined(byte[] head, byte[] body) {
    var all = new ByteArrayOutputStream();
    all.writeBytes(head);
    all.writeBytes(body);
    return all.toByteArray();
  }

  /** Lines that may break off or never end: whatever is made of them, the next one is served. */
  private void send(byte[] request) throws IOException {
    try (var socket = open()) {
      socket.getOutputStream().write(request);
      socket.shutdownOutput();
      var answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      boolean otherVersion = answer.startsWith("HTTP/1.1 501");
      if (answer.startsWith("HTTP/1.1 ") && !otherVersion) {
        requireNoDefect(answer);
      }
    } catch (SocketException reset) {
      // It was refused before all of it was written.
    }
  }

  private String ask(byte[] request) throws IOException {
    try (var socket = open()) {
      try {
        socket.getOutputStream().write(request);
      } catch (SocketException refused) {
        // Too large: the answer came before the end of the request.
      }
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private Socket open() throws IOException {
    var socket = new Socket(uri.getHost(), uri.getPort());
    socket.setSoTimeout(ANSWER_MS_MAX);
    return socket;
  }

  private static void check(String method, String answer) throws IOException {
    // A line that could not be read to its end had no version to answer in.
    if (!answer.startsWith("HTTP/1.1 ") && !answer.startsWith("HTTP/1.0 400 ")) {
      throw new AssertionError("no answer: '" + answer + "'");
    }
    int status = Integer.parseInt(answer.substring(9, 12));
    int end = answer.indexOf("\r\n\r\n");
    boolean problem = status >= 400 && !method.equals("HEAD") && answer.contains("problem+json");
    requireNoDefect(answer);
    if (problem) {
      FuzzTarget.sound(JSON.readTree(answer.substring(end)).path("detail").asText());
    } else if (status >= 400 && !method.equals("HEAD")) {
      throw new AssertionError("it is refused for no reason: " + answer);
    }
  }

  /** Only what is busy, or a ledger that does not answer, as here, may be to blame. */
  private static void requireNoDefect(String answer) {
    int status = Integer.parseInt(answer.substring(9, 12));
    if (status >= 500 && status != 503 && status != 504) {
      throw new AssertionError("a request is answered with " + answer);
    }
  }

  /** Files in the folder of uploads. */
  List<Path> filesLeft() throws IOException {
    try (var files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  @Override
  public void close() throws IOException {
    api.close();
    Files.deleteIfExists(folder);
  }

  private static final class Nowhere implements JobLog {
    @Override
    public void append(String key, JobEvent event) {}

    @Override
    public void close() {}
  }

  private static final class NoFiles implements Artifacts {
    @Override
    public String put(Path file) {
      return "sha256:" + "0".repeat(64);
    }

    @Override
    public boolean has(String digest) {
      return digest.startsWith("sha256:a");
    }

    @Override
    public Kept keep(String digest) {
      return has(digest) ? Kept.YES : Kept.MISSING;
    }

    @Override
    public boolean isFull() {
      return false;
    }

    @Override
    public long announce(String digest) {
      return 0;
    }

    @Override
    public boolean copy(String digest, OutputStream out) {
      return false;
    }

    @Override
    public void close() {}
  }

  private static final class NoLetters implements LetterStore {
    @Override
    public Optional<ReadingProgress> reading() {
      return Optional.empty();
    }

    @Override
    public List<Letter> letters() {
      return List.of();
    }

    @Override
    public Map<DeadLetterReason, Long> counts() {
      return Map.of();
    }

    @Override
    public Redriven redrive(List<String> ids) {
      return new Redriven(List.of(), List.of());
    }

    @Override
    public void close() {}
  }

  private static final class NoResults implements Results {
    @Override
    public void read(String jobId, List<ResultRange> ranges, Sink sink) {}

    @Override
    public void close() {}
  }
}
