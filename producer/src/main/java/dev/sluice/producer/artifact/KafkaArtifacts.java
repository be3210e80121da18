package dev.sluice.producer.artifact;

import dev.sluice.schemas.artifact.ArtifactMissing;
import dev.sluice.schemas.artifact.ArtifactStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.kafka.common.KafkaException;

/** Files in {@code sluice.artifacts}. */
public final class KafkaArtifacts implements Artifacts {

  private final ArtifactStore store;

  /**
   * @param store closed with this
   */
  public KafkaArtifacts(ArtifactStore store) {
    this.store = store;
  }

  /** One file at a time: it is in memory as a whole while it is on its way. */
  @Override
  public synchronized String put(Path file) throws IOException {
    try {
      return store.put(Files.readAllBytes(file));
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
  public Optional<byte[]> get(String digest) throws IOException {
    try {
      return store.has(digest) ? Optional.of(store.get(digest)) : Optional.empty();
    } catch (ArtifactMissing e) {
      return Optional.empty();
    } catch (KafkaException e) {
      throw new IOException("The file could not be read from Kafka: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    store.close();
  }
}
