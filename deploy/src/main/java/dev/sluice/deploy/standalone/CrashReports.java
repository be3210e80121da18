package dev.sluice.deploy.standalone;

import dev.sluice.platform.process.CacheFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where JVMs that crash in native code write what they know: in Sluice's cache, as the launcher's
 * own JVM does, so that it outlives the cluster and is not in the folder that the user is in.
 */
final class CrashReports {
  private static final Logger LOG = LoggerFactory.getLogger(CrashReports.class);

  /** Each takes some 100 KB. */
  private static final int KEPT = 20;

  private CrashReports() {}

  /**
   * The JVM's option.
   *
   * @param otherwise where the cache can't be written
   */
  static String option(Path otherwise) {
    var folder = folder();
    try {
      Files.createDirectories(folder);
    } catch (IOException e) {
      folder = otherwise;
    }
    // The JVM replaces %p by the process id, and %% by a per cent sign.
    return "-XX:ErrorFile=" + folder.toString().replace("%", "%%") + "/hs_err_pid%p.log";
  }

  /** Removes all but the newest reports. */
  static void prune() {
    try (var files = Files.list(folder())) {
      files
          .filter(file -> file.getFileName().toString().startsWith("hs_err_pid"))
          .sorted(Comparator.comparingLong(CrashReports::modifiedMs).reversed())
          .skip(KEPT)
          .forEach(CrashReports::remove);
    } catch (IOException | UncheckedIOException e) {
      LOG.debug("old reports of crashes stay: {}", e.getMessage());
    }
  }

  private static Path folder() {
    return CacheFolder.path().resolve("crashes");
  }

  private static long modifiedMs(Path file) {
    return file.toFile().lastModified();
  }

  private static void remove(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
