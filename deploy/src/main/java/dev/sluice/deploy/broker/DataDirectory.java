package dev.sluice.deploy.broker;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.metadata.properties.MetaPropertiesEnsemble;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * The directory of one broker: formatted, and locked for as long as this object is open.
 *
 * <p>Kafka locks it too, but only after its controller has opened, and perhaps written to, the
 * metadata log in it. The operating system drops the lock when the process ends, however it ends.
 */
final class DataDirectory implements AutoCloseable {
  private final DirectoryLock lock;
  private final LogDirectory named;

  private DataDirectory(DirectoryLock lock, LogDirectory named) {
    this.lock = lock;
    this.named = named;
  }

  /**
   * Makes, locks and formats {@code path}, each if need be.
   *
   * @throws BrokerStartException if it is in use, or cannot be written
   */
  static DataDirectory open(Path path) {
    return open(path, BrokerSettings.NODE_ID, Uuid.randomUuid().toString());
  }

  /**
   * Opens the directory of one broker of several.
   *
   * @param node node id, from 1
   * @param cluster id of the cluster, base64 as Kafka makes it; the same for all its brokers
   * @throws BrokerStartException if it is in use, or cannot be written
   */
  static DataDirectory open(Path path, int node, String cluster) {
    var lock = DirectoryLock.take(path);
    try {
      format(lock.path(), node, cluster);
      return new DataDirectory(lock, LogDirectory.of(lock.path()));
    } catch (BrokerStartException e) {
      lock.close();
      throw e;
    }
  }

  Path path() {
    return lock.path();
  }

  /** What to call it in Kafka's settings. */
  Path logDir() {
    return named.path();
  }

  @Override
  public void close() {
    named.close();
    lock.close();
  }

  private static void format(Path path, int node, String cluster) {
    // A directory that has this file is formatted: Kafka writes it last, and atomically.
    if (Files.exists(path.resolve(MetaPropertiesEnsemble.META_PROPERTIES_NAME))) {
      return;
    }
    var report = new ByteArrayOutputStream();
    try {
      new Formatter()
          .setPrintStream(new PrintStream(report, true, StandardCharsets.UTF_8))
          .setNodeId(node)
          .setClusterId(cluster)
          .setReleaseVersion(MetadataVersion.LATEST_PRODUCTION)
          .setControllerListenerName(BrokerSettings.CONTROLLER_LISTENER)
          .setMetadataLogDirectory(path.toString())
          .addDirectory(path.toString())
          .setIgnoreFormatted(true)
          .run();
    } catch (Exception e) { // what run() declares
      throw new BrokerStartException(
          "cannot format %s for a broker: %s. Give a directory that is empty and can be written. %s"
              .formatted(path, e.getMessage(), report.toString(StandardCharsets.UTF_8)),
          e);
    }
  }
}
