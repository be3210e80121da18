package dev.sluice.platform.process;

import java.nio.file.Path;

/**
 * Where Sluice keeps on a machine what every process needs and takes long to make, and what a
 * process that crashed leaves behind. {@code deploy/sluice} uses the same.
 */
public final class CacheFolder {
  /** Names another folder than the usual one in the user's home. */
  public static final String VARIABLE = "SLUICE_CACHE";

  private CacheFolder() {}

  /**
   * The folder, absolute; it need not exist.
   *
   * @throws java.nio.file.InvalidPathException where the environment names none that is a path
   */
  public static Path path() {
    var given = System.getenv(VARIABLE);
    return given == null || given.isEmpty()
        ? home().resolve(".cache").resolve("sluice").toAbsolutePath()
        : Path.of(given).toAbsolutePath();
  }

  /** As a shell has it: the password file, which Java asks, may say something else. */
  private static Path home() {
    var home = System.getenv("HOME");
    return Path.of(home == null || home.isEmpty() ? System.getProperty("user.home") : home);
  }
}
