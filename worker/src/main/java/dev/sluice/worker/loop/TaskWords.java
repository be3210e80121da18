package dev.sluice.worker.loop;

import dev.sluice.schemas.wire.ExportWork;
import dev.sluice.schemas.wire.Exported;
import dev.sluice.schemas.wire.InferWork;
import dev.sluice.schemas.wire.InferencePrepared;
import dev.sluice.schemas.wire.Inferred;
import dev.sluice.schemas.wire.Outcome;
import dev.sluice.schemas.wire.PrepareWork;
import dev.sluice.schemas.wire.QuantiseWork;
import dev.sluice.schemas.wire.TaskFailed;
import dev.sluice.schemas.wire.TaskWork;
import dev.sluice.schemas.wire.TermFinished;
import dev.sluice.schemas.wire.TermWork;
import dev.sluice.schemas.wire.TrainingPrepared;
import java.util.Locale;

/** Tasks and their ends in the words of the log. */
final class TaskWords {

  private TaskWords() {}

  static String of(TaskWork of) {
    return switch (of) {
      case PrepareWork work -> "prepare";
      case InferWork work -> "answer rows " + work.rowFrom() + " to " + work.rowTo();
      case ExportWork work -> "export generation " + work.generation();
      case QuantiseWork work ->
          "quantise "
              + work.model().name()
              + "@"
              + work.model().version()
              + " to "
              + work.spec().format();
      case TermWork work ->
          String.format(
              Locale.ROOT,
              "advance shards %d to %d from step %d to %d",
              work.shardFrom(),
              work.shardFrom() + work.shards(),
              work.fromStep(),
              work.toStep());
    };
  }

  static String of(Outcome outcome) {
    return switch (outcome) {
      case TaskFailed(var cause, var retryable) -> "failed, " + cause.what() + " " + cause.why();
      case TermFinished done -> "reached step " + done.reachedStep();
      case TrainingPrepared done -> "done";
      case InferencePrepared done -> "done";
      case Inferred done -> "done";
      case Exported done -> "model " + done.model().sha256();
    };
  }
}
