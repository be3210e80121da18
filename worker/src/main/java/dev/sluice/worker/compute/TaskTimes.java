package dev.sluice.worker.compute;

import dev.sluice.schemas.wire.Exported;
import dev.sluice.schemas.wire.InferencePrepared;
import dev.sluice.schemas.wire.Inferred;
import dev.sluice.schemas.wire.Outcome;
import dev.sluice.schemas.wire.Predicted;
import dev.sluice.schemas.wire.TaskFailed;
import dev.sluice.schemas.wire.TermFinished;
import dev.sluice.schemas.wire.TrainingPrepared;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * How long the tasks that ended lately took, in the accelerator's own time: what the cost model
 * says where it says something, else from beginning to end on this worker.
 */
final class TaskTimes {

  private static final int RECENT = 16;
  private static final double NANOS = 1e9;

  private final Map<String, Long> begun = new HashMap<>();
  private final Deque<Double> recent = new ArrayDeque<>();

  /** A task begins. */
  void began(String key, long nanos) {
    begun.put(key, nanos);
  }

  /** How long ago a task began; 0 where it is not known. */
  long since(String key, long nanos) {
    return nanos - begun.getOrDefault(key, nanos);
  }

  /** A task ended; one that failed says nothing of what others will take. */
  void ended(String key, Outcome outcome, long nanos) {
    var since = begun.remove(key);
    if (since == null || outcome instanceof TaskFailed) {
      return;
    }
    var modelled =
        switch (outcome) {
          case TermFinished term -> term.modelled();
          case Inferred inferred -> inferred.modelled();
          case Predicted predicted -> predicted.modelled();
          case TrainingPrepared prepared -> null;
          case InferencePrepared prepared -> null;
          case Exported exported -> null;
          case TaskFailed failed -> null;
        };
    recent.addLast(modelled == null ? (nanos - since) / NANOS : modelled.seconds());
    if (recent.size() > RECENT) {
      recent.removeFirst();
    }
  }

  /** A task is held no more, and did not end here. */
  void forget(String key) {
    begun.remove(key);
  }

  /** Mean of the last tasks' times in seconds; 0 where none has ended. */
  double meanSeconds() {
    return recent.stream().mapToDouble(Double::doubleValue).average().orElse(0);
  }
}
