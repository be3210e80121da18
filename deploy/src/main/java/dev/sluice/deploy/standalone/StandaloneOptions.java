package dev.sluice.deploy.standalone;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a standalone cluster is to be like.
 *
 * @param data directory for the broker's data; null: a temporary one that {@code close} removes
 * @param brokerPort port of the broker; 0: a free one
 * @param httpPort port of the producer; 0: a free one
 * @param workers worker processes
 * @param restartWorkers whether a worker that ends unasked is started again
 * @param lane lane that the workers serve
 * @param accelerator accelerator model of that lane, as in the catalogue
 * @param coordinator further settings of the coordinator
 * @param producer further settings of the producer
 * @param worker further settings of the workers
 */
public record StandaloneOptions(
    @Nullable Path data,
    int brokerPort,
    int httpPort,
    int workers,
    boolean restartWorkers,
    String lane,
    String accelerator,
    Map<String, String> coordinator,
    Map<String, String> producer,
    Map<String, String> worker) {

  /** The lane of the workers where none is named. */
  public static final String LANE = "cpu";

  /** The accelerator of that lane: the processor of this machine. */
  public static final String ACCELERATOR = "host-cpu";

  public StandaloneOptions {
    coordinator = Map.copyOf(coordinator);
    producer = Map.copyOf(producer);
    worker = Map.copyOf(worker);
  }

  /** A cluster that leaves nothing behind, on free ports; who is killed stays dead. */
  public static StandaloneOptions temporary(int workers) {
    return new StandaloneOptions(
        null, 0, 0, workers, false, LANE, ACCELERATOR, Map.of(), Map.of(), Map.of());
  }

  /** These, with further settings of the producer. */
  public StandaloneOptions withProducer(Map<String, String> settings) {
    return with(coordinator, settings);
  }

  /** These, with further settings of the coordinator. */
  public StandaloneOptions withCoordinator(Map<String, String> settings) {
    return with(settings, producer);
  }

  private StandaloneOptions with(
      Map<String, String> ofCoordinator, Map<String, String> ofProducer) {
    return new StandaloneOptions(
        data,
        brokerPort,
        httpPort,
        workers,
        restartWorkers,
        lane,
        accelerator,
        ofCoordinator,
        ofProducer,
        worker);
  }

  /** Whether the cluster is gone in a minute or so, and had better start quickly. */
  boolean shortLived() {
    return data == null && !restartWorkers;
  }
}
