package dev.sluice.worker.tasks;

import dev.sluice.jobs.dataset.RowSet;
import dev.sluice.platform.artifact.ArtifactMissing;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.Inferred;
import dev.sluice.schemas.wire.ResultBatch;
import dev.sluice.schemas.wire.ResultRange;
import dev.sluice.schemas.wire.Task;
import dev.sluice.worker.accelerator.Accelerator;
import dev.sluice.worker.engine.EngineException;
import dev.sluice.worker.engine.InferenceSession;
import dev.sluice.worker.work.InferWork;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Answers rows: puts them to a model in batches and writes what it says. */
public final class InferTask {

  /** A record of answers is sent when it has reached about this size. */
  private static final int RECORD_BYTES = 512 * 1024;

  /** Offset, lengths and the like, per row. */
  private static final int ROW_BYTES = 16;

  private static final int SEARCHES_MAX = 64;

  private final Datasets datasets;
  private final Models models;
  private final AnswerSink results;
  private final Accelerator accelerator;
  private final String worker;
  private final RecentlyUsed<String, BatchSearch> searches =
      new RecentlyUsed<>(SEARCHES_MAX, Long.MAX_VALUE, each -> 0, each -> {});

  /**
   * @param datasets reads the rows
   * @param models answers them
   * @param results takes the answers
   * @param accelerator says what it would have taken
   * @param worker worker id, part of the attempt's name
   */
  public InferTask(
      Datasets datasets,
      Models models,
      AnswerSink results,
      Accelerator accelerator,
      String worker) {
    this.datasets = datasets;
    this.models = models;
    this.results = results;
    this.accelerator = accelerator;
    this.worker = worker;
  }

  /**
   * Answers the rows of a task.
   *
   * @return what came out, once the answers are stored
   * @throws TaskProblem where there are no such rows
   * @throws ArtifactMissing where a file is not stored
   * @throws EngineException where the model refuses the rows
   */
  public CompletableFuture<Inferred> run(Task task, InferWork work)
      throws TaskProblem, ArtifactMissing, EngineException {
    var dataset = datasets.forInference(work.spec().dataset(), work.model().network());
    var rows = dataset.selected();
    var model = models.load(work.model());
    if (work.rowFrom() < 0
        || work.rowTo() > rows.size()
        || work.rowFrom() > work.rowTo()
        || model.inputs() != dataset.features()) {
      throw new TaskProblem(
          new Cause(
              Code.DEFECT,
              "rows " + work.rowFrom() + " to " + work.rowTo(),
              "The task does not fit its data set or model.",
              String.format(
                  Locale.ROOT,
                  "There are %d rows of %d columns; the model takes %d columns.",
                  rows.size(),
                  dataset.features(),
                  model.inputs()),
              "Report the defect: preparation has let it pass."),
          false);
    }
    return new Answering(task, work, rows, model).run();
  }

  /**
   * What finds the batch that suits a model; null where it is fixed. Engines but ONNX Runtime give
   * other last bits in other batches.
   */
  private @Nullable BatchSearch search(InferWork work) {
    var version = work.model();
    if (work.spec().batch() != InferenceSpec.BATCH_FOUND || version.file(Models.ONNX).isEmpty()) {
      return null;
    }
    var known = searches.get(version.sha256());
    if (known.isPresent()) {
      return known.get();
    }
    // No more rows than those whose memory was counted when the job was placed.
    var search = new BatchSearch(work.spec().batchExpected());
    searches.put(version.sha256(), search);
    return search;
  }

  private static long rowsOf(InferWork work) {
    return work.rowTo() - work.rowFrom();
  }

  /** The answering of one task's rows. */
  private final class Answering {
    private final Task task;
    private final InferWork work;
    private final RowSet rows;
    private final InferenceSession model;
    private final Answer answer;
    private final String attempt;
    private final AnswerSink.Writing writing;
    private final ByteBuffer scores;
    private final double[] values;
    private final List<Long> positions = new ArrayList<>();
    private final List<String> predictions = new ArrayList<>();
    private final List<String> labels = new ArrayList<>();
    private long recordFrom;
    private int recordBytes;
    private boolean recordLabelled;
    private final Measuring measuring;
    private final @Nullable BatchSearch search;
    private final int batchRows;
    private long nanos;

    Answering(Task task, InferWork work, RowSet rows, InferenceSession model) {
      this.task = task;
      this.work = work;
      this.rows = rows;
      this.model = model;
      this.answer = new Answer(work.model().network());
      // An attempt may run twice; the suffix keeps the answers of both apart.
      var suffix = HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
      this.attempt = task.taskId() + "#" + task.attempt() + "@" + worker + "-" + suffix;
      this.writing = results.write(task.jobId());
      long rowBytes = (long) model.outputs() * Float.BYTES;
      this.scores =
          ByteBuffer.allocate((int) Math.min(rowBytes * rowsOf(work), RECORD_BYTES + rowBytes))
              .order(ByteOrder.LITTLE_ENDIAN);
      this.values = new double[model.outputs()];
      this.measuring = new Measuring(work.model().network());
      this.recordFrom = work.rowFrom();
      this.search = search(work);
      this.batchRows = Math.max(1, work.spec().batchExpected());
    }

    CompletableFuture<Inferred> run() throws EngineException {
      int from = Math.toIntExact(work.rowFrom());
      int to = Math.toIntExact(work.rowTo());
      var facts = work.model().network();
      try (var batch = new Batch(model.inputs(), model.outputs(), facts.objective())) {
        for (int at = from; at < to; ) {
          int n = Math.min(search == null ? batchRows : search.rows(), to - at);
          batch.takeRaw(rows, at, n);
          predict(batch, n);
          for (int i = 0; i < n; i++) {
            take(at + i, batch, i);
          }
          at += n;
        }
      }
      if (!positions.isEmpty() || from == to) {
        write(to);
      }
      return writing.finish(work.rowFrom(), work.rowTo(), attempt).thenApply(this::inferred);
    }

    private void predict(Batch batch, int n) throws EngineException {
      long began = System.nanoTime();
      model.predict(batch.features(), n, batch.scores());
      long took = System.nanoTime() - began;
      nanos += took;
      if (search != null) {
        search.took(n, took);
      }
    }

    private Inferred inferred(ResultRange range) {
      return new Inferred(
          range,
          measuring.labelled(),
          measuring.correct(),
          measuring.squaredError(),
          measuring.absoluteError(),
          nanos / 1e6,
          accelerator.inference(
              work.model(), work.rowTo() - work.rowFrom(), work.spec().batchExpected()),
          measuring.faults(),
          measuring.measured());
    }

    private void take(int row, Batch batch, int i) {
      batch.copyScores(i, values);
      boolean inRange = rows.usable(row);
      boolean answered = inRange && answer.finite(values);
      int said = answered && answer.isClass() ? answer.classId(values) : RowSet.UNKNOWN;
      var text = said != RowSet.UNKNOWN ? answer.name(said) : answered ? answer.text(values) : "";
      var label = rows.labelText(row);
      positions.add(rows.fileRow(row));
      predictions.add(text);
      labels.add(label);
      recordLabelled |= !label.isEmpty();
      for (double value : values) {
        scores.putFloat(inRange ? (float) value : Float.NaN);
      }
      measuring.take(rows, row, values, answered, said);
      recordBytes +=
          model.outputs() * Float.BYTES + 3 * (text.length() + label.length()) + ROW_BYTES;
      if (recordBytes >= RECORD_BYTES) {
        write(row + 1);
      }
    }

    private void write(long nextRow) {
      var payload = scores.flip().asReadOnlyBuffer();
      writing.add(
          new ResultBatch(
              task.jobId(),
              task.taskId(),
              attempt,
              recordFrom,
              positions,
              predictions,
              recordLabelled ? labels : List.of(),
              model.outputs(),
              payload));
      recordFrom = nextRow;
      recordBytes = 0;
      recordLabelled = false;
      positions.clear();
      predictions.clear();
      labels.clear();
      scores.clear();
    }
  }
}
