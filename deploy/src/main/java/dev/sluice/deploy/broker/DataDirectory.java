package dev.sluice.deploy.broker;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
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
  private static final String LOCK_NAME = ".sluice-lock";

  private final Path path;
  private final FileChannel lock;

  private DataDirectory(Path path, FileChannel lock) {
    this.path = path;
    this.lock = lock;
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
    Path absolute = path.toAbsolutePath().normalize();
    FileChannel lock;
    try {
      Files.createDirectories(absolute);
      lock =
          FileChannel.open(
              absolute.resolve(LOCK_NAME), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new BrokerStartException(
          "cannot keep a broker's data in %s: %s. Give a directory that can be written."
              .formatted(absolute, e),
          e);
    }
    var directory = new DataDirectory(absolute, lock);
    try {
      directory.lock();
      directory.format(node, cluster);
      return directory;
    } catch (BrokerStartException e) {
      directory.close();
      throw e;
    }
  }

  Path path() {
    return path;
  }

  @Override
  public void close() {
    try {
      lock.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot unlock " + path, e);
    }
  }

  private void lock() {
    boolean locked;
    try {
      locked = lock.tryLock() != null;
    } catch (OverlappingFileLockException e) { // by this very process
      locked = false;
    } catch (IOException e) {
      throw new BrokerStartException(
          "cannot lock %s: %s. Give a directory on a local disk.".formatted(path, e), e);
    }
    if (!locked) {
      throw new BrokerStartException(
          "another broker uses %s. Stop it, or give this one a directory of its own."
              .formatted(path));
    }
  }

  private void format(int node, String cluster) {
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
              .formatted(path, e, report.toString(StandardCharsets.UTF_8)),
          e);
    }
  }
}
