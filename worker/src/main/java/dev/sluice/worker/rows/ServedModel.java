package dev.sluice.worker.rows;

import dev.sluice.jobs.dataset.RowsReader;
import dev.sluice.jobs.metrics.Probabilities;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.Predicted;
import dev.sluice.schemas.wire.RowAnswers;
import dev.sluice.worker.accelerator.Accelerator;
import dev.sluice.worker.engine.InferenceSession;
import dev.sluice.worker.tasks.Answer;
import dev.sluice.worker.tasks.TaskProblem;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** A version of a model, with what turns rows into its inputs and its outputs into answers. */
final class ServedModel {

  private final ModelVersion version;
  private final RowsReader reader;
  private final Answer answer;
  private final Accelerator accelerator;

  /**
   * @throws TaskProblem where the accelerator can't run it
   */
  ServedModel(ModelVersion version, RowsReader reader, Accelerator accelerator) throws TaskProblem {
    this.version = version;
    this.reader = reader;
    this.accelerator = accelerator;
    this.answer = new Answer(version.network());
    var objection = accelerator.objection(version);
    if (objection.isPresent()) {
      throw new TaskProblem(objection.get(), false);
    }
  }

  ModelVersion version() {
    return version;
  }

  RowsReader reader() {
    return reader;
  }

  /** Checks that a loaded file is of the network that the version says. */
  void require(InferenceSession session) throws TaskProblem {
    if (session.inputs() == reader.inputs() && session.outputs() == version.network().outputs()) {
      return;
    }
    throw new TaskProblem(
        new Cause(
            Code.MODEL_UNUSABLE,
            "model",
            "Model " + version.name() + " version " + version.version() + " does not fit its file.",
            String.format(
                Locale.ROOT,
                "It has %d inputs and %d outputs; the file takes %d and gives %d.",
                reader.inputs(),
                version.network().outputs(),
                session.inputs(),
                session.outputs()),
            "Train or register the model again."),
        false);
  }

  /**
   * What the network's values say.
   *
   * @param scores {@code outputs} values a row; those of rows that can't be answered become NaN
   * @param computeMs what it took
   */
  Predicted predicted(RowsReader.Result.Rows rows, float[] scores, int outputs, double computeMs) {
    var predictions = new ArrayList<String>(rows.rows());
    List<Double> probabilities = answer.isClass() ? new ArrayList<>(rows.rows()) : List.of();
    double[] values = new double[outputs];
    for (int row = 0; row < rows.rows(); row++) {
      int at = row * outputs;
      if (rows.unusable().get(row)) {
        Arrays.fill(scores, at, at + outputs, Float.NaN);
      }
      for (int output = 0; output < outputs; output++) {
        values[output] = scores[at + output];
      }
      boolean answered = answer.finite(values);
      predictions.add(answered ? answer.text(values) : "");
      if (answer.isClass()) {
        probabilities.add(answered ? probability(scores, at, values) : 0.0);
      }
    }
    var bytes = ByteBuffer.allocate(scores.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(scores);
    return new Predicted(
        new RowAnswers(predictions, probabilities, outputs, bytes),
        computeMs,
        accelerator.inference(version, rows.rows(), rows.rows()));
  }

  private double probability(float[] scores, int at, double[] values) {
    var all =
        Probabilities.of(
            version.network().objective(), Arrays.copyOfRange(scores, at, at + values.length));
    int id = answer.classId(values);
    return id < all.length ? all[id] : 0;
  }
}
