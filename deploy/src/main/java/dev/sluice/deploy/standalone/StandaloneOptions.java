package dev.sluice.deploy.standalone;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a standalone cluster is to be like.
 *
 * @param data directory for the broker's data; null: a temporary one that {@code close} removes
 * @param brokerPort port of the broker; 0: a free one
 * @param httpPort port of the producer; 0: a free one
 * @param restart which workers that end unasked are started again
 * @param lanes lanes that are declared, and their workers
 * @param coordinator further settings of the coordinator
 * @param producer further settings of the producer
 * @param worker further settings of the workers
 */
public record StandaloneOptions(
    @Nullable Path data,
    int brokerPort,
    int httpPort,
    Restart restart,
    List<LaneWorkers> lanes,
    Map<String, String> coordinator,
    Map<String, String> producer,
    Map<String, String> worker) {

  /** The lane of the workers where none is named. */
  public static final String LANE = "cpu";

  /** The accelerator of that lane: the processor of this machine. */
  public static final String ACCELERATOR = "host-cpu";

  public StandaloneOptions {
    lanes = List.copyOf(lanes);
    coordinator = Map.copyOf(coordinator);
    producer = Map.copyOf(producer);
    worker = Map.copyOf(worker);
  }

  /** A cluster that leaves nothing behind, on free ports; who is killed stays dead. */
  public static StandaloneOptions temporary(int workers) {
    return new StandaloneOptions(
        null,
        0,
        0,
        Restart.CRASHED,
        List.of(new LaneWorkers(LANE, ACCELERATOR, workers)),
        Map.of(),
        Map.of(),
        Map.of());
  }

  /** These, with other lanes. */
  public StandaloneOptions withLanes(List<LaneWorkers> others) {
    return new StandaloneOptions(
        data, brokerPort, httpPort, restart, others, coordinator, producer, worker);
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
        data, brokerPort, httpPort, restart, lanes, ofCoordinator, ofProducer, worker);
  }

  /** Worker processes at the start. */
  public int workers() {
    return lanes.stream().mapToInt(LaneWorkers::workers).sum();
  }

  /** Whether the cluster is gone in a minute or so, and had better start quickly. */
  boolean shortLived() {
    return data == null && restart != Restart.ALL;
  }
}
