package dev.sluice.producer.artifact;

import dev.sluice.platform.artifact.ArtifactMissing;
import dev.sluice.platform.artifact.ArtifactStore;
import dev.sluice.platform.artifact.ArtifactStore.Kept;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.kafka.common.KafkaException;

/** Files in {@code sluice.artifacts}. */
public final class KafkaArtifacts implements Artifacts {

  private final ArtifactStore store;
  private final long noticeMs;

  /**
   * @param store closed with this
   * @param notice time from an announcement to the removal
   */
  public KafkaArtifacts(ArtifactStore store, Duration notice) {
    this.store = store;
    this.noticeMs = notice.toMillis();
  }

  @Override
  public String put(Path file) throws IOException {
    try {
      return store.put(file);
    } catch (KafkaException e) {
      throw new IOException("The file could not be stored in Kafka: " + e.getMessage(), e);
    }
  }

  @Override
  public boolean has(String digest) throws IOException {
    try {
      return store.has(digest);
    } catch (KafkaException e) {
      throw new IOException("Kafka did not say whether it has the file: " + e.getMessage(), e);
    }
  }

  @Override
  public Kept keep(String digest) throws IOException {
    try {
      return store.keep(digest);
    } catch (KafkaException e) {
      throw new IOException("Kafka did not say whether it has the file: " + e.getMessage(), e);
    }
  }

  @Override
  public boolean isFull() {
    return store.isFull();
  }

  @Override
  public long announce(String digest) throws IOException {
    try {
      return store.announce(digest, noticeMs, true).dueMs();
    } catch (KafkaException e) {
      throw new IOException("Kafka did not take the request: " + e.getMessage(), e);
    }
  }

  @Override
  public boolean copy(String digest, OutputStream out) throws IOException {
    try {
      return store.copy(digest, out);
    } catch (ArtifactMissing e) {
      throw new Unavailable(e.getMessage() + " Store the file again.");
    } catch (KafkaException e) {
      throw new Unavailable("The file could not be read from Kafka: " + e.getMessage());
    }
  }

  @Override
  public void close() {
    store.close();
  }
}
