package dev.sluice.deploy.scripts;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * A checkout of the scripts on a machine with an empty home and, of programs, only what the scripts
 * need: no Java, no Maven. Its JDK and its Maven are stand-ins that say what they were asked to do.
 */
final class BareMachine implements AutoCloseable {

  static final String JDK = "jdk.tar.gz";
  static final String MAVEN = "maven.tar.gz";

  /**
   * What the scripts use of what every Linux has; curl, wget, tar, gzip, sha256sum and flock may be
   * taken away.
   */
  private static final List<String> PROGRAMS =
      List.of(
          "bash",
          "cat",
          "chmod",
          "cp",
          "cut",
          "curl",
          "df",
          "dirname",
          "env",
          "find",
          "flock",
          "grep",
          "gzip",
          "head",
          "ldd",
          "ln",
          "ls",
          "mkdir",
          "mktemp",
          "mv",
          "ps",
          "readlink",
          "rm",
          "sed",
          "sha256sum",
          "sleep",
          "stty",
          "tail",
          "tar",
          "touch",
          "uname",
          "wc",
          "wget");

  private static final long RUN_SECONDS_MAX = 60;

  private final Path root;
  private final Map<String, String> environment = new HashMap<>();

  /** What a script ended with, and what it said. */
  record Ran(int exitCode, String out, String err) {}

  BareMachine(Path root, ArchiveServer server) throws IOException, InterruptedException {
    this.root = root;
    var scripts = Files.createDirectories(root.resolve("checkout/deploy"));
    for (var name :
        new String[] {
          "quickstart", "sluice", "verify", "archive.sh", "jdk.sh", "maven.sh", "fetch.sh"
        }) {
      Files.copy(Path.of(name), scripts.resolve(name));
    }
    Files.createDirectories(root.resolve("checkout/deploy/src/main"));
    write(root.resolve("checkout/pom.xml"), "<project/>");
    write(root.resolve("checkout/deploy/pom.xml"), "<project/>");
    Files.createDirectories(home());
    Files.createDirectories(root.resolve("bin"));
    for (var program : PROGRAMS) {
      Files.createSymbolicLink(root.resolve("bin").resolve(program), onThePath(program));
    }
    server.offer(
        archive(
            JDK,
            "jdk-25",
            Map.of(
                "release",
                "JAVA_VERSION=\"25.0.9\"\n",
                "bin/javac",
                "",
                "bin/java",
                STAND_IN_JAVA)));
    server.offer(archive(MAVEN, "maven-3", Map.of("bin/mvn", STAND_IN_MAVEN)));
    pin("any", "jdk-25");
    environment.put("SLUICE_FETCH", "always");
    environment.put("SLUICE_FETCH_FROM", server.url());
    environment.put("SLUICE_FETCH_SECONDS", "1");
  }

  /** Says how it was called, and writes what archives of classes are made of, and these. */
  private static final String STAND_IN_JAVA =
      """
      #!/usr/bin/env bash
      for option; do
        case $option in
          -XX:DumpLoadedClassList=*) echo 'java/lang/Object id: 0' >"${option#*=}" ;;
          -XX:SharedArchiveFile=*) archive=${option#*=} ;;
          -Xshare:dump) [[ ! $REFUSES_DUMPS ]] || exit 1; dumps=yes ;;
        esac
      done
      if [[ $dumps ]]; then cp classes "$archive"; else echo "java runs: $*"; fi
      """;

  /** Builds what the launcher looks for, and prints what a first build prints. */
  private static final String STAND_IN_MAVEN =
      """
      #!/usr/bin/env bash
      echo "[INFO] Downloading from central: https://repo.example/a.jar"
      echo "[INFO] Downloaded from central: https://repo.example/a.jar (1.5 MB at 3.0 MB/s)"
      echo "[INFO] Building Sluice [1/1]"
      echo "[WARNING] a warning"
      echo "Maven runs: $*; JAVA_HOME=$JAVA_HOME JAVA25_HOME=$JAVA25_HOME"
      mkdir -p "${PWD:?}/deploy/target/lib"
      touch deploy/target/sluice-deploy-0.jar
      """;

  /** Removes its links to what is outside of it. */
  @Override
  public void close() throws IOException {
    try (var programs = Files.list(root.resolve("bin"))) {
      for (var program : programs.toList()) {
        Files.delete(program);
      }
    }
  }

  private static Path onThePath(String program) {
    for (var folder : System.getenv("PATH").split(":", -1)) {
      if (Files.isExecutable(Path.of(folder, program))) {
        return Path.of(folder, program);
      }
    }
    throw new AssertionError("this machine has no " + program);
  }

  Path checkout() {
    return root.resolve("checkout");
  }

  Path home() {
    return root.resolve("home");
  }

  /** Where the scripts put what they fetch. */
  Path fetched() {
    return home().resolve(".cache/sluice/toolchain");
  }

  /** The names of what they have put there, sorted. */
  List<String> listed() throws IOException {
    if (!Files.isDirectory(fetched())) {
      return List.of();
    }
    try (var files = Files.list(fetched())) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  void set(String variable, String value) {
    environment.put(variable, value);
  }

  void lacks(String... programs) throws IOException {
    for (var program : programs) {
      Files.delete(root.resolve("bin").resolve(program));
    }
  }

  /** Puts a program on the PATH, a bash script of these lines. */
  void has(String program, String lines) throws IOException {
    var file = root.resolve("bin").resolve(program);
    Files.deleteIfExists(file);
    executable(file, "#!/usr/bin/env bash\n" + lines);
  }

  /**
   * Pins the two archives that the server has: the JDK's platform, and its folder in the archive.
   */
  void pin(String platform, String jdkFolder) throws IOException {
    write(
        root.resolve("checkout/deploy/toolchain"),
        "# a comment\n"
            + pin("jdk Sparc-v9 1", "nowhere", JDK)
            + pin("jdk " + platform + " 25", jdkFolder, JDK)
            + pin("maven any 3", "maven-3", MAVEN));
  }

  /** A JDK 25 of the machine's own. */
  Path jdk() {
    return root.resolve("made/jdk-25");
  }

  private String pin(String beginning, String folder, String name) throws IOException {
    byte[] bytes = Files.readAllBytes(root.resolve(name));
    return String.format(
        Locale.ROOT,
        "%s %s %d %s https://example.invalid/%s%n",
        beginning,
        folder,
        bytes.length,
        sha256(bytes),
        name);
  }

  byte[] archive(String name) throws IOException {
    return Files.readAllBytes(root.resolve(name));
  }

  private Path archive(String name, String folder, Map<String, String> files)
      throws IOException, InterruptedException {
    for (var file : files.entrySet()) {
      var path = root.resolve("made").resolve(folder).resolve(file.getKey());
      Files.createDirectories(path.getParent());
      executable(path, file.getValue());
    }
    // Beyond what a pipe holds, and what one packet does.
    write(root.resolve("made").resolve(folder).resolve("ballast"), noise(300_000));
    var made = root.resolve(name);
    var tar =
        new ProcessBuilder(
            "tar", "-czf", made.toString(), "-C", root.resolve("made").toString(), folder);
    assertThat(tar.inheritIO().start().waitFor()).isZero();
    return made;
  }

  private static String noise(int length) {
    return new Random(7)
        .ints(length, ' ', '~')
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  private static void write(Path file, String text) throws IOException {
    Files.writeString(file, text, StandardCharsets.UTF_8);
  }

  private static void executable(Path file, String text) throws IOException {
    write(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** Starts a script of the checkout in its root. */
  Process start(String script, String... arguments) throws IOException {
    var command = new ArrayList<>(List.of("deploy/" + script));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command).directory(root.resolve("checkout").toFile());
    builder.environment().clear();
    builder.environment().put("PATH", root.resolve("bin").toString());
    builder.environment().put("HOME", home().toString());
    builder.environment().putAll(environment);
    return builder.start();
  }

  Ran run(String script, String... arguments) throws IOException, InterruptedException {
    return end(start(script, arguments));
  }

  /** Waits for a script that was started. */
  Ran end(Process process) throws IOException, InterruptedException {
    process.getOutputStream().close();
    var out = text(process.getInputStream());
    var err = text(process.getErrorStream());
    if (!process.waitFor(RUN_SECONDS_MAX, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("still running after " + RUN_SECONDS_MAX + " s: " + err.join());
    }
    return new Ran(process.exitValue(), out.join(), err.join());
  }

  private static CompletableFuture<String> text(InputStream stream) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (stream) {
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        command -> Thread.ofVirtual().start(command));
  }
}
