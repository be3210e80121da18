package dev.sluice.worker.rows;

import static dev.sluice.worker.rows.RowsTasks.taken;
import static dev.sluice.worker.rows.RowsTasks.task;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.jobs.metrics.Probabilities;
import dev.sluice.schemas.codec.Vectors;
import dev.sluice.schemas.wire.Activation;
import dev.sluice.schemas.wire.Affine;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.Dense;
import dev.sluice.schemas.wire.Function;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.Outcome;
import dev.sluice.schemas.wire.Predicted;
import dev.sluice.schemas.wire.Priority;
import dev.sluice.schemas.wire.TaskFailed;
import dev.sluice.worker.accelerator.HostProcessor;
import dev.sluice.worker.engine.InferenceSession;
import dev.sluice.worker.engine.LayerStackCase;
import dev.sluice.worker.engine.Native;
import dev.sluice.worker.engine.OnnxEngine;
import dev.sluice.worker.export.OnnxModel;
import dev.sluice.worker.rows.RowsTasks.Sums;
import dev.sluice.worker.tasks.TaskProblem;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What becomes of tasks that are answered together. */
class RowsServerTest {
  private static final float DEADLY = 13;
  private static final ModelVersion SUMS =
      RowsTasks.version("sums", 2, Objective.MEAN_SQUARED_ERROR, List.of());

  private final Map<String, ModelVersion> versions = new HashMap<>(Map.of("sums", SUMS));
  private final Map<String, InferenceSession> sessions = new HashMap<>();
  private final Sums sums = new Sums(2, DEADLY);
  private final List<String> loads = new ArrayList<>();
  private long nanos;

  private RowsServer server() {
    sessions.put("sums", sums);
    return new RowsServer(
        (model, version, place) -> {
          var found = versions.get(model);
          if (found == null) {
            throw new TaskProblem(new Cause(Code.NO_SUCH_MODEL, "model", model, "", ""), false);
          }
          return found;
        },
        version -> {
          loads.add(version.name());
          var session = sessions.get(version.name());
          if (session == null) {
            throw new TaskProblem(new Cause(Code.MODEL_UNUSABLE, "model", "", "", ""), false);
          }
          return session;
        },
        new HostProcessor(),
        () -> nanos += 1_000);
  }

  private static Map<String, Outcome> answer(RowsServer server, Taken... tasks) {
    var ended = new LinkedHashMap<String, Outcome>();
    server.answer(
        List.of(tasks),
        (task, outcome) -> assertThat(ended.put(task.task().jobId(), outcome)).isNull());
    assertThat(ended).hasSize(tasks.length);
    return ended;
  }

  private static Outcome of(Map<String, Outcome> ended, String jobId) {
    return Objects.requireNonNull(ended.get(jobId));
  }

  private static List<String> predictions(Outcome outcome) {
    return ((Predicted) outcome).answers().predictions();
  }

  private static Cause failure(Outcome outcome) {
    return ((TaskFailed) outcome).cause();
  }

  @Test
  void tasksOfOneModelAreOneCallAndEachGetsItsOwnAnswers() {
    var ended =
        answer(
            server(),
            taken("a", "[[1,2],[3,4]]"),
            taken("b", "[[5,6]]"),
            taken("c", "[[7,8],[1e39,0],[9,10]]"));
    assertThat(sums.calls).containsExactly(6);
    assertThat(predictions(of(ended, "a"))).containsExactly("3.0", "7.0");
    assertThat(predictions(of(ended, "b"))).containsExactly("11.0");
    assertThat(predictions(of(ended, "c"))).containsExactly("15.0", "", "19.0");
    var answers = ((Predicted) of(ended, "c")).answers();
    assertThat(answers.probabilities()).isEmpty();
    assertThat(Vectors.floats(answers.scores())).containsExactly(15, Float.NaN, 19);
    double computeMs =
        ended.values().stream().mapToDouble(each -> ((Predicted) each).computeMs()).sum();
    assertThat(computeMs).as("1,000 ns together").isCloseTo(0.001, within(1e-9));
    assertThat(((Predicted) of(ended, "a")).computeMs()).isCloseTo(0.001 / 3, within(1e-9));
  }

  @Test
  void whatIsWrongWithTheRowsOfOneFailsItAlone() {
    var ended =
        answer(
            server(),
            taken("good", "[[1,2]]"),
            taken("ragged", "[[1,2],[1]]"),
            taken("text", "[[1,\"two\"]]"),
            taken("none", "no rows"),
            taken("also good", "[[3,4]]"));
    assertThat(sums.calls).containsExactly(2);
    assertThat(predictions(of(ended, "good"))).containsExactly("3.0");
    assertThat(predictions(of(ended, "also good"))).containsExactly("7.0");
    assertThat(failure(of(ended, "ragged")).where()).isEqualTo("rows[1]");
    assertThat(failure(of(ended, "text")).code()).isEqualTo(Code.NOT_A_NUMBER);
    assertThat(failure(of(ended, "text")).where()).isEqualTo("rows[0][1]");
    assertThat(failure(of(ended, "none")).code()).isEqualTo(Code.MALFORMED);
    assertThat(((TaskFailed) of(ended, "none")).retryable()).isFalse();
  }

  @Test
  void whereTheEngineFailsOnSeveralOnlyTheGuiltyOneFails() {
    var ended =
        answer(server(), taken("a", "[[1,2]]"), taken("b", "[[13,2]]"), taken("c", "[[3,4]]"));
    assertThat(sums.calls).containsExactly(3, 1, 1, 1);
    assertThat(predictions(of(ended, "a"))).containsExactly("3.0");
    assertThat(failure(of(ended, "b")).why()).contains("can't stand 13");
    assertThat(predictions(of(ended, "c"))).containsExactly("7.0");
  }

  @Test
  void aTaskThatOutlastedAllWhoHadItIsNotRunAgain() {
    var ended =
        answer(
            server(),
            taken(task("poison", "sums", "[[1,2]]"), Priority.NORMAL, Taken.DELIVERIES_MAX),
            taken(task("suspect", "sums", "[[3,4]]"), Priority.NORMAL, Taken.DELIVERIES_MAX - 1));
    assertThat(sums.calls).containsExactly(1);
    assertThat(failure(of(ended, "poison")).code()).isEqualTo(Code.WORKERS_ENDED);
    assertThat(((TaskFailed) of(ended, "poison")).retryable()).isFalse();
    assertThat(predictions(of(ended, "suspect"))).containsExactly("7.0");
  }

  @Test
  void theMostUrgentAreAnsweredFirst() {
    var ended =
        answer(
            server(),
            taken(task("low", "sums", "[[1,2]]"), Priority.LOW, 1),
            taken(task("normal", "sums", "[[1,2]]"), Priority.NORMAL, 1),
            taken(task("high", "sums", "[[1,2]]"), Priority.HIGH, 1));
    assertThat(ended.keySet()).containsExactly("high", "normal", "low");
  }

  @Test
  void manyRowsAreSeveralCallsAndAJobThatIsLargerThanACallHasSeveralOfItsOwn() {
    int max = RowsServer.CALL_ROWS_MAX;
    var large = rows(max + 1);
    var ended = answer(server(), taken("a", rows(max - 1)), taken("b", rows(2)), taken("c", large));
    assertThat(sums.calls).containsExactly(max - 1, 2, max, 1);
    assertThat(predictions(of(ended, "c"))).hasSize(max + 1).last().isEqualTo("-4097.0");
  }

  private static String rows(int n) {
    return IntStream.rangeClosed(1, n)
        .mapToObj(i -> "[-" + i + ",0]")
        .collect(Collectors.joining(",", "[", "]"));
  }

  @Test
  void aModelThatIsNotThereOrDoesNotFitItsFileFailsItsTasksAndNoOthers() {
    versions.put("wide", RowsTasks.version("wide", 3, Objective.MEAN_SQUARED_ERROR, List.of()));
    var server = server();
    sessions.put("wide", sums);
    var ended =
        answer(
            server,
            taken(task("gone", "gone", "[[1,2]]"), Priority.NORMAL, 1),
            taken(task("wide", "wide", "[[1,2,3]]"), Priority.NORMAL, 1),
            taken("good", "[[1,2]]"));
    assertThat(failure(of(ended, "gone")).code()).isEqualTo(Code.NO_SUCH_MODEL);
    assertThat(failure(of(ended, "wide")).code()).isEqualTo(Code.MODEL_UNUSABLE);
    assertThat(predictions(of(ended, "good"))).containsExactly("3.0");
  }

  @Test
  void aModelThatCannotBeLoadedIsNotTriedForEveryTask() {
    versions.put("bad", RowsTasks.version("bad", 2, Objective.MEAN_SQUARED_ERROR, List.of()));
    var server = server();
    for (int i = 0; i < 3; i++) {
      var ended = answer(server, taken(task("a", "bad", "[[1,2]]"), Priority.NORMAL, 1));
      assertThat(failure(of(ended, "a")).code()).isEqualTo(Code.MODEL_UNUSABLE);
    }
    assertThat(loads).containsExactly("bad");
    nanos += 6_000_000_000L;
    answer(server, taken(task("a", "bad", "[[1,2]]"), Priority.NORMAL, 1));
    assertThat(loads).containsExactly("bad", "bad");
  }

  @Test
  void aNewVersionUnderTheSameNumberIsTheOneThatAnswers() {
    var server = server();
    answer(server, taken("a", "[[1,2]]"));
    versions.put("sums", RowsTasks.version("sums", 1, Objective.MEAN_SQUARED_ERROR, List.of()));
    sessions.put("sums", new Sums(1, DEADLY));
    assertThat(predictions(of(answer(server, taken("a", "[[5]]")), "a"))).containsExactly("5.0");
  }

  // ---- with the real engine

  private static final int COLUMNS = 64;

  private ModelVersion digits(Objective objective, int outputs) throws Exception {
    var stack =
        new LayerStack(
            List.of(COLUMNS),
            List.of(
                new Dense(32, true),
                new Activation(Function.RELU),
                new Dense(48, true),
                new Activation(Function.TANH),
                new Dense(outputs, true)));
    var plan = new LayerStackCase("digits", stack).plan();
    var facts =
        new NetworkFacts(
            stack,
            plan.input(),
            plan.outputs(),
            objective,
            IntStream.range(0, Math.max(2, outputs)).mapToObj(Integer::toString).toList(),
            List.of(),
            new Affine(Collections.nCopies(COLUMNS, 0.1), Collections.nCopies(COLUMNS, 1.7)),
            new Affine(List.of(), List.of()),
            plan.tensors(),
            plan.parameters(),
            plan.floats());
    var flat = Native.floats(Native.gaussian(3, (int) facts.floats()));
    sessions.put(
        "digits", new OnnxEngine().open(OnnxModel.write(facts, flat, "digits", "sha256:d")));
    return RowsTasks.version("digits", facts);
  }

  private static String randomRows(Random random, int n) {
    return IntStream.range(0, n)
        .mapToObj(
            row ->
                IntStream.range(0, COLUMNS)
                    .mapToObj(column -> String.valueOf(random.nextGaussian()))
                    .collect(Collectors.joining(",", "[", "]")))
        .collect(Collectors.joining(",", "[", "]"));
  }

  @Test
  void answersAreTheSameBitsTogetherAndOneByOne() throws Exception {
    versions.put("digits", digits(Objective.CROSS_ENTROPY, 10));
    var server = server();
    var random = new Random(5);
    var tasks =
        IntStream.range(0, 60)
            .mapToObj(i -> task("job-" + i, "digits", randomRows(random, 1 + random.nextInt(9))))
            .map(task -> taken(task, Priority.NORMAL, 1))
            .toArray(Taken[]::new);
    var together = answer(server, tasks);
    for (var task : tasks) {
      var alone = (Predicted) of(answer(server, task), task.task().jobId());
      var among = (Predicted) of(together, task.task().jobId());
      assertThat(among.answers()).isEqualTo(alone.answers());
    }
  }

  @Test
  void eachPredictedClassHasItsProbability() throws Exception {
    for (int outputs : new int[] {1, 2, 10}) {
      var objective = outputs == 1 ? Objective.BINARY_CROSS_ENTROPY : Objective.CROSS_ENTROPY;
      versions.put("digits", digits(objective, outputs));
      var task = task("a", "digits", randomRows(new Random(outputs), 20));
      var answers = ((Predicted) of(answer(server(), taken(task, Priority.LOW, 1)), "a")).answers();
      assertThat(answers.probabilities()).hasSize(20);
      var scores = Vectors.floats(answers.scores());
      for (int row = 0; row < 20; row++) {
        var own = Arrays.copyOfRange(scores, row * outputs, (row + 1) * outputs);
        var all = Probabilities.of(objective, own);
        int best = IntStream.range(0, all.length).reduce(0, (a, b) -> all[b] > all[a] ? b : a);
        assertThat(answers.predictions().get(row)).isEqualTo(Integer.toString(best));
        assertThat(answers.probabilities().get(row)).isEqualTo(all[best]).isGreaterThan(0.1);
      }
    }
  }
}
