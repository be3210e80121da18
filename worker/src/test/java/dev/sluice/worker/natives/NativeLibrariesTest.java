package dev.sluice.worker.natives;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.platform.process.CacheFolder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real libraries, in processes of their own, on a machine that has never seen them. */
final class NativeLibrariesTest {
  private static final long UNPACKED_SECONDS_MAX = 120;

  /** Names of ours that a system may have, too: Debian's python3-torch and libopenblas0 do. */
  private static final List<String> OF_THE_SYSTEM =
      List.of("libtorch_cpu.so", "libc10.so", "libopenblas.so.0", "libgfortran.so.5");

  @TempDir private Path directory;

  @Test
  void processesThatStartAtOnceAfterOneWasKilledLoadWholeLibrariesAndNoneOfTheSystem()
      throws IOException, InterruptedException {
    var cache = directory.resolve("cache, with blanks");
    var killed = start(cache, "killed");
    awaitPart(cache, killed);
    killed.destroyForcibly().waitFor();

    var both = List.of(start(cache, "first"), start(cache, "second"));
    for (var process : both) {
      assertThat(process.waitFor(UNPACKED_SECONDS_MAX, TimeUnit.SECONDS)).isTrue();
    }

    assertThat(both)
        .extracting(Process::exitValue)
        .as(said("first") + said("second"))
        .containsOnly(0);
    for (var name : List.of("first", "second")) {
      var mapped = said(name).lines().filter(line -> line.startsWith("mapped ")).toList();
      assertThat(mapped)
          .hasSizeGreaterThan(8)
          .allMatch(line -> line.startsWith("mapped " + cache.resolve("natives")));
      assertThat(said(name)).doesNotContain("Warning");
    }
    assertThat(fingerprint("first")).isNotEmpty().isEqualTo(fingerprint("second"));
    assertThat(said("first") + said("second"))
        .containsOnlyOnce("unpacking native libraries again, ");
  }

  private Process start(Path cache, String name) throws IOException {
    var builder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-Xss8m",
                "-Dlogback.configurationFile=" + System.getProperty("logback.configurationFile"),
                "-cp",
                System.getProperty("java.class.path"),
                LoadsNatives.class.getName())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve(name).toFile());
    builder.environment().put(CacheFolder.VARIABLE, cache.toString());
    builder.environment().put("LD_LIBRARY_PATH", ofTheSystem().toString());
    return builder.start();
  }

  /** Other libraries under these names: who opens one of them does not find what it needs there. */
  private Path ofTheSystem() throws IOException {
    var folder = Files.createDirectories(directory.resolve("system"));
    var ours = NativeLibraries.unpack(line -> {});
    assertThat(ours).isNotNull();
    for (var name : OF_THE_SYSTEM) {
      if (ours != null && Files.notExists(folder.resolve(name))) {
        Files.copy(ours.resolve("libquadmath.so.0"), folder.resolve(name));
      }
    }
    return folder;
  }

  private List<String> fingerprint(String name) throws IOException {
    return said(name).lines().filter(line -> line.startsWith("libtorch ")).toList();
  }

  private String said(String name) throws IOException {
    return Files.readString(directory.resolve(name), StandardCharsets.UTF_8);
  }

  /** Returns when a library is being written. */
  private static void awaitPart(Path cache, Process process) throws IOException {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(UNPACKED_SECONDS_MAX);
    while (parts(cache).isEmpty()) {
      assertThat(process.isAlive()).isTrue();
      assertThat(System.nanoTime()).isLessThan(deadline);
      Thread.onSpinWait();
    }
  }

  private static List<Path> parts(Path cache) throws IOException {
    if (Files.notExists(cache)) {
      return List.of();
    }
    var parts = new ArrayList<Path>();
    try (Stream<Path> files = Files.walk(cache)) {
      files
          .filter(file -> file.getFileName().toString().startsWith("libtorch_cpu.so."))
          .forEach(parts::add);
    } catch (java.io.UncheckedIOException gone) {
      return List.of();
    }
    return parts;
  }
}
