package dev.sluice.deploy.broker;

import dev.sluice.platform.process.CacheFolder;
import dev.sluice.platform.process.FileTrouble;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A directory under a name that Kafka can be given. Its {@code log.dirs} is a list: it is cut at
 * commas, with the blanks around them, and nothing can be quoted. A directory whose name has a
 * comma gets a link in Sluice's cache, where no cleaner of temporary files removes it from under a
 * running broker.
 */
final class LogDirectory implements AutoCloseable {
  private final Path path;
  private final @Nullable Path link;

  private LogDirectory(Path path, @Nullable Path link) {
    this.path = path;
    this.link = link;
  }

  /**
   * Names a directory; the caller has it locked, so that nobody else uses the link.
   *
   * @param directory absolute
   * @throws BrokerStartException where it needs a link and none can be made
   */
  static LogDirectory of(Path directory) {
    if (!cut(directory)) {
      return new LogDirectory(directory, null);
    }
    var folder = CacheFolder.path().resolve("links");
    var link =
        folder.resolve(
            UUID.nameUUIDFromBytes(directory.toString().getBytes(StandardCharsets.UTF_8))
                .toString());
    if (cut(link)) {
      throw unusable(directory, link + " has one, too");
    }
    try {
      Files.createDirectories(folder);
      Files.deleteIfExists(link);
      return new LogDirectory(Files.createSymbolicLink(link, directory), link);
    } catch (IOException e) {
      throw unusable(directory, FileTrouble.why(e, directory));
    }
  }

  /** What Kafka calls the directory. */
  Path path() {
    return path;
  }

  @Override
  public void close() {
    try {
      if (link != null) {
        Files.deleteIfExists(link);
      }
    } catch (IOException e) {
      // The next broker in this directory replaces it.
    }
  }

  private static boolean cut(Path path) {
    var name = path.toString();
    return name.indexOf(',') >= 0 || !name.equals(name.strip());
  }

  private static BrokerStartException unusable(Path directory, String why) {
    return new BrokerStartException(
        ("cannot keep a broker's data in %s: Kafka takes no comma in the name of a directory, and"
                + " no link to it can be made in Sluice's cache (%s). Give a directory without a"
                + " comma, or let SLUICE_CACHE name one that can be written.")
            .formatted(directory, why));
  }
}
