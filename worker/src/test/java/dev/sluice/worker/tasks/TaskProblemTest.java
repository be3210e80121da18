package dev.sluice.worker.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.worker.engine.EngineException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class TaskProblemTest {

  private static Cause cause(Code code, String where, String what, String mend) {
    return new Cause(code, where, what, "", mend);
  }

  @Test
  void oneProblemIsToldAsItIs() {
    var only = cause(Code.NOT_A_NUMBER, "row 3", "x is no number", "write a number");
    var outcome = TaskProblem.badInput(List.of(only)).outcome();
    assertThat(outcome.cause()).isEqualTo(only);
    assertThat(outcome.retryable()).isFalse();
  }

  @Test
  void severalProblemsAreAllToldInOneCause() {
    var joined =
        TaskProblem.joined(
            List.of(
                cause(Code.NOT_A_NUMBER, "row 3", "x is no number", "write a number"),
                cause(Code.MISSING_VALUE, "row 5", "y is missing", "give a label")));
    assertThat(joined.where()).isEmpty();
    assertThat(joined.what()).isEqualTo("row 3: x is no number row 5: y is missing");
    assertThat(joined.mend()).isEqualTo("write a number give a label");
    assertThat(joined.code()).as("of different kinds").isEqualTo(Code.SEVERAL);
  }

  @Test
  void tooManyProblemsAreCounted() {
    var many =
        IntStream.range(0, 25)
            .mapToObj(i -> cause(Code.RAGGED_LINE, "row " + i, "wrong", "mend it"))
            .toList();
    assertThat(TaskProblem.joined(many).where()).isEqualTo("row 0");
    assertThat(TaskProblem.joined(many).what())
        .isEqualTo("wrong It is the first of 25 alike; the next: row 1; row 2.");
    assertThat(TaskProblem.joined(many).mend()).isEqualTo("mend it");
    assertThat(TaskProblem.joined(many).code()).isEqualTo(Code.RAGGED_LINE);
  }

  @Test
  void badInputOfAnEngineIsNotTriedAgainAndItsOwnFaultIs() {
    var input = new EngineException(cause(Code.MODEL_UNUSABLE, "network", "no such layer", ""));
    assertThat(Failures.outcome("task 1", input).retryable()).isFalse();
    var fault = new EngineException(cause(Code.ENGINE_FAILED, "network", "it broke", ""));
    assertThat(Failures.outcome("task 1", fault).retryable()).isTrue();
  }

  @Test
  void runningOutOfMemoryIsAMatterOfCapacity() {
    var outcome = Failures.outcome("task 1", new OutOfMemoryError("Java heap space"));
    assertThat(outcome.cause().code()).isEqualTo(Code.OUT_OF_MEMORY);
    assertThat(outcome.cause().why()).isEqualTo("Java heap space");
    assertThat(outcome.retryable()).isTrue();
  }

  @Test
  void aFullDiskIsAMatterOfCapacityHoweverDeepItIsFound() {
    var full = new IOException("/tmp/sluice1.pt: No space left on device");
    var outcome = Failures.outcome("task 1", new UncheckedIOException("not written", full));
    assertThat(outcome.cause().code()).isEqualTo(Code.DISK_FULL);
    assertThat(outcome.cause().what()).isEqualTo("The worker's disk is full.");
    assertThat(outcome.retryable()).isTrue();
  }

  @Test
  void brokersThatAreAwayAreAMatterOfCapacityAndNotOfTheInput() {
    var outcome = Failures.outcome("task 1", new TimeoutException("no metadata in 60 s"));
    assertThat(outcome.cause().code()).isEqualTo(Code.BROKERS_UNAVAILABLE);
    assertThat(outcome.cause().why()).isEqualTo("no metadata in 60 s");
    assertThat(outcome.retryable()).isTrue();
  }

  @Test
  void whateverElseGoesWrongIsOurFaultAndTriedAgain() {
    var outcome = Failures.outcome("task 1", new IllegalStateException("impossible"));
    assertThat(outcome.cause().code()).isEqualTo(Code.DEFECT);
    assertThat(outcome.cause().where()).isEqualTo("task 1");
    assertThat(outcome.cause().why()).contains("impossible");
    assertThat(outcome.retryable()).isTrue();
  }
}
