package dev.sluice.worker.loop;

import dev.sluice.schemas.wire.Export;
import dev.sluice.schemas.wire.Exported;
import dev.sluice.schemas.wire.Infer;
import dev.sluice.schemas.wire.InferencePrepared;
import dev.sluice.schemas.wire.Inferred;
import dev.sluice.schemas.wire.Outcome;
import dev.sluice.schemas.wire.Predict;
import dev.sluice.schemas.wire.Predicted;
import dev.sluice.schemas.wire.Prepare;
import dev.sluice.schemas.wire.Quantise;
import dev.sluice.schemas.wire.TaskAction;
import dev.sluice.schemas.wire.TaskFailed;
import dev.sluice.schemas.wire.Term;
import dev.sluice.schemas.wire.TermFinished;
import dev.sluice.schemas.wire.TrainingPrepared;
import java.util.Locale;

/** Tasks and their ends in the words of the log. */
final class TaskWords {

  private TaskWords() {}

  static String of(TaskAction action) {
    return switch (action) {
      case Prepare() -> "prepare";
      case Infer(long from, long to) -> "answer rows " + from + " to " + to;
      case Export(long generation) -> "export generation " + generation;
      case Quantise() -> "quantise";
      case Predict _ -> "answer rows of its own";
      case Term term ->
          String.format(
              Locale.ROOT,
              "advance shards %d to %d from step %d to %d",
              term.shardFrom(),
              term.shardFrom() + term.shards(),
              term.fromStep(),
              term.toStep());
    };
  }

  static String of(Outcome outcome) {
    return switch (outcome) {
      case TaskFailed(var cause, var retryable) -> "failed, " + cause.what() + " " + cause.why();
      case TermFinished done -> "reached step " + done.reachedStep();
      case TrainingPrepared done -> "done";
      case InferencePrepared done -> "done";
      case Inferred done -> "done";
      case Predicted done -> "done";
      case Exported done -> "model " + done.model().sha256();
    };
  }
}
