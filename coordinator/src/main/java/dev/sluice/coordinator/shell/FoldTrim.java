package dev.sluice.coordinator.shell;

import dev.sluice.schemas.topics.Topic;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Removes what nobody reads any more from the logs of the fold, after its checkpoints. */
final class FoldTrim {

  private static final Logger LOG = LoggerFactory.getLogger(FoldTrim.class);

  private final Admin admin;
  private final Map<Integer, Long> published = new ConcurrentHashMap<>();
  private final Map<Integer, Long> parametersBefore = new ConcurrentHashMap<>();
  private final Set<Integer> untrimmed = ConcurrentHashMap.newKeySet();

  FoldTrim(Admin admin) {
    this.admin = admin;
  }

  /** A partition's parameters are stored up to this offset. */
  void published(int partition, long offset) {
    published.merge(partition, offset, Math::max);
  }

  /**
   * After a checkpoint: removes gradients that are folded and no longer kept for audits, anchors,
   * and parameters that were published before the checkpoint before: whoever still lacks one of
   * those asks for the current ones.
   *
   * @param gradientsBefore end of what goes of the gradients
   * @param anchorsBefore the same of the anchors; -1: all
   * @param checkpointsBefore the same of the checkpoints; 0: nothing
   */
  void after(int partition, long gradientsBefore, long anchorsBefore, long checkpointsBefore) {
    if (checkpointsBefore > 0) {
      trimCheckpoints(partition, checkpointsBefore);
    }
    var deletions = new HashMap<TopicPartition, RecordsToDelete>();
    deletions.put(of(Topic.GRADIENTS, partition), RecordsToDelete.beforeOffset(gradientsBefore));
    deletions.put(of(Topic.ANCHORS, partition), RecordsToDelete.beforeOffset(anchorsBefore));
    var parameters = parametersBefore.get(partition);
    if (parameters != null) {
      deletions.put(of(Topic.PARAMETERS, partition), RecordsToDelete.beforeOffset(parameters));
    }
    var upTo = published.get(partition);
    if (upTo != null) {
      parametersBefore.put(partition, upTo);
    }
    var _ =
        admin
            .deleteRecords(deletions)
            .all()
            .whenComplete(
                (done, failure) -> {
                  if (failure != null) {
                    LOG.warn("Partition {} was not trimmed: {}", partition, failure.getMessage());
                  }
                });
  }

  /** Topics of an earlier release are compacted only, which is slower and no less right. */
  private void trimCheckpoints(int partition, long before) {
    var deletion = Map.of(of(Topic.CHECKPOINTS, partition), RecordsToDelete.beforeOffset(before));
    var _ =
        admin
            .deleteRecords(deletion)
            .all()
            .whenComplete(
                (done, failure) -> {
                  if (failure != null && untrimmed.add(partition)) {
                    LOG.warn(
                        "Checkpoints of partition {} are not trimmed, takeovers read more: {}",
                        partition,
                        failure.getMessage());
                  }
                });
  }

  private static TopicPartition of(Topic topic, int partition) {
    return new TopicPartition(topic.topicName(), partition);
  }
}
