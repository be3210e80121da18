package dev.sluice.worker.trial;

import dev.sluice.platform.process.CacheFolder;
import dev.sluice.platform.process.ClassArchive;
import dev.sluice.platform.process.TemporaryFolder;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A child process that tries files: this Java and class path, with a small heap, no environment but
 * what a process needs, and a directory of its own. It takes one file after another until it is
 * {@link #spent}. For one thread.
 */
public final class TrialProcess implements AutoCloseable {

  private static final Set<String> ENVIRONMENT =
      Set.of("PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH");

  private static final List<String> INHERITED_PROPERTIES = List.of("logback.configurationFile");

  /** For the engines' own classes. */
  private static final long HEAP_BYTES = 64L << 20;

  /** The bytes as they are read, and once more as the engine gets them. */
  private static final int COPIES = 2;

  private static final int LINE_BYTES_MAX = 8_192;
  private static final int TOKEN_BYTES = 16;
  private static final int WORDS_MAX = 4;
  private static final long END_MS_MAX = 5_000;
  private static final int SIGNALLED = 128;

  /**
   * SIGHUP, SIGINT and SIGTERM come from people and their terminals. A file that raises one itself
   * is tried again, as often as its task is.
   */
  private static final Set<Integer> SIGNALS_TO_END = Set.of(1, 2, 15);

  private static final String ENDED = "";

  private final TrialLimits limits;
  private final Process process;
  private final Path directory;
  private final String token;
  private final DataOutputStream in;
  private final FirstWords errors;
  private boolean spent;
  private final BlockingQueue<String> words = new ArrayBlockingQueue<>(WORDS_MAX);

  private TrialProcess(TrialLimits limits, Process process, Path directory, String token) {
    this.limits = limits;
    this.process = process;
    this.directory = directory;
    this.token = token;
    this.in = new DataOutputStream(process.getOutputStream());
    this.errors = new FirstWords(process.getErrorStream());
    Thread.ofPlatform().daemon().name("trial-output").start(this::listen);
  }

  /**
   * Starts a process, and waits until it has loaded its library.
   *
   * @param kind a file of the kind that it is to open
   * @param limits what a file may take
   * @param bytesMax size of the largest file that it will open
   * @throws IOException where it does not start, or not in time
   */
  public static TrialProcess start(NativeFile kind, TrialLimits limits, long bytesMax)
      throws IOException {
    var directory = Files.createTempDirectory(TemporaryFolder.path(), "sluice-trial");
    var random = new byte[TOKEN_BYTES];
    new SecureRandom().nextBytes(random);
    var token = HexFormat.of().formatHex(random);
    Process process;
    try {
      process = launch(kind, limits, bytesMax, directory);
    } catch (IOException e) {
      TrialFolder.delete(directory);
      throw e;
    }
    var started = new TrialProcess(limits, process, directory, token);
    try {
      started.in.writeUTF(token);
      started.in.flush();
      var word = started.hear(limits.startMsMax());
      if (!word.equals(Optional.of(TrialMain.READY))) {
        throw new IOException(
            word.isEmpty()
                ? "it was not ready within " + limits.startMsMax() + " ms"
                : "it ended with exit code "
                    + started.exitCode()
                    + " before it was ready, and said: "
                    + started.errors.text());
      }
      return started;
    } catch (IOException | RuntimeException e) {
      started.close();
      throw e;
    }
  }

  private static Process launch(NativeFile kind, TrialLimits limits, long bytesMax, Path directory)
      throws IOException {
    var builder =
        new ProcessBuilder(command(kind, limits, bytesMax, directory))
            .directory(directory.toFile());
    var environment = builder.environment();
    environment.keySet().retainAll(ENVIRONMENT);
    environment.put("TMPDIR", directory.toString());
    // A relative one would be another one there.
    environment.put(CacheFolder.VARIABLE, CacheFolder.path().toString());
    // Every further pool of the C library would reserve 64 MiB.
    environment.put("MALLOC_ARENA_MAX", "2");
    environment.put("ORT_DISABLE_TELEMETRY", "1");
    for (var threads : List.of("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")) {
      environment.put(threads, "1");
    }
    return builder.start();
  }

  private static List<String> command(
      NativeFile kind, TrialLimits limits, long bytesMax, Path directory) {
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "--sun-misc-unsafe-memory-access=allow",
            // It reads one file and ends.
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:-UsePerfData",
            "-XX:+SuppressFatalErrorMessage",
            "-XX:-CreateCoredumpOnCrash",
            "-Xss8m",
            "-Xmx" + ((HEAP_BYTES + COPIES * bytesMax) >> 10) + "k",
            "-Djava.io.tmpdir=" + directory));
    command.addAll(ClassArchive.options());
    for (var name : INHERITED_PROPERTIES) {
      var value = System.getProperty(name);
      if (value != null) {
        command.add("-D" + name + "=" + value);
      }
    }
    command.addAll(
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            TrialMain.class.getName(),
            switch (kind) {
              case NativeFile.Onnx onnx -> "onnx";
              case NativeFile.TorchScript script -> "torchscript";
            },
            Long.toString(limits.bytesMax() + 2 * COPIES * bytesMax)));
    return command;
  }

  /**
   * Tries a file.
   *
   * @param model of the kind that this process was started for
   * @return what is wrong with it, always the file's fault; empty where it can be opened and run
   * @throws IOException where it can't be tried
   */
  public Optional<Cause> objection(NativeFile model) throws IOException {
    var file = directory.resolve("model");
    Files.write(file, model.bytes());
    TrialRequest.of(file, model).write(in);
    var word = hear(limits.msMax());
    if (word.isEmpty()) {
      return Optional.of(
          harmful(
              "it was not done after " + limits.msMax() + " ms",
              "use a file that opens and runs faster; trial-ms-max says how long it may take"));
    }
    if (word.get().equals(ENDED)) {
      int exitCode = exitCode();
      if (SIGNALS_TO_END.contains(exitCode - SIGNALLED)) {
        throw new IOException("it was told to end, with " + ending(exitCode));
      }
      return Optional.of(
          harmful(
              "the process that opened it ended with " + ending(exitCode),
              "write the file anew where it was made; trial-mebibytes says how much memory it may"
                  + " take"));
    }
    try {
      return switch (TrialVerdict.of(word.get())) {
        case TrialVerdict.Passed() -> Optional.empty();
        case TrialVerdict.Refused(var cause) -> Optional.of(cause);
      };
    } catch (IllegalArgumentException nonsense) {
      return Optional.of(harmful(String.valueOf(nonsense.getMessage()), "report the defect"));
    }
  }

  /** Whether it can take no further file: the last one has done it harm. */
  public boolean spent() {
    return spent || !process.isAlive();
  }

  private Cause harmful(String why, String mend) {
    spent = true;
    return new Cause(
        Code.MODEL_HARMFUL,
        "model",
        "the file was opened in a process of its own, and must not be opened by a worker",
        why,
        mend);
  }

  private static String ending(int exitCode) {
    return exitCode > SIGNALLED ? "signal " + (exitCode - SIGNALLED) : "exit code " + exitCode;
  }

  /** The next word; {@link #ENDED} where the process has ended; none where neither comes. */
  private Optional<String> hear(long msMax) {
    try {
      return Optional.ofNullable(words.poll(msMax, TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  private int exitCode() {
    try {
      if (process.waitFor(END_MS_MAX, TimeUnit.MILLISECONDS)) {
        return process.exitValue();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return -1;
  }

  private void listen() {
    var line = new ByteArrayOutputStream();
    var buffer = new byte[LINE_BYTES_MAX];
    try (InputStream from = process.getInputStream()) {
      for (int n = from.read(buffer); n >= 0; n = from.read(buffer)) {
        for (int i = 0; i < n; i++) {
          if (buffer[i] == '\n') {
            take(line.toString(StandardCharsets.US_ASCII));
            line.reset();
          } else if (line.size() < LINE_BYTES_MAX) {
            line.write(buffer[i]);
          }
        }
      }
    } catch (IOException gone) {
      // The process has been ended; what follows says so.
    }
    take(token + " " + ENDED);
  }

  /** Only what this process was told to begin with is from the child's own code. */
  private void take(String line) {
    if (line.startsWith(token + " ")) {
      // More words than that come from no child of ours: the first ones count.
      var _ = words.offer(line.substring(token.length() + 1));
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
    exitCode();
    try {
      in.close();
    } catch (IOException gone) {
      // With the process.
    }
    TrialFolder.delete(directory);
  }
}
