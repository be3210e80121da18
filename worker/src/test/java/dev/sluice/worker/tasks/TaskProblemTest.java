package dev.sluice.worker.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Fault;
import dev.sluice.worker.engine.EngineException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class TaskProblemTest {

  private static Cause cause(Fault fault, String where, String what, String mend) {
    return new Cause(fault, where, what, "", mend);
  }

  @Test
  void oneProblemIsToldAsItIs() {
    var only = cause(Fault.BAD_INPUT, "row 3", "x is no number", "write a number");
    var outcome = TaskProblem.badInput(List.of(only)).outcome();
    assertThat(outcome.cause()).isEqualTo(only);
    assertThat(outcome.retryable()).isFalse();
  }

  @Test
  void severalProblemsAreAllToldInOneCause() {
    var joined =
        TaskProblem.joined(
            List.of(
                cause(Fault.BAD_INPUT, "row 3", "x is no number", "write a number"),
                cause(Fault.BAD_INPUT, "row 5", "y is missing", "give a label")));
    assertThat(joined.where()).isEmpty();
    assertThat(joined.what()).isEqualTo("row 3: x is no number row 5: y is missing");
    assertThat(joined.mend()).isEqualTo("write a number give a label");
    assertThat(joined.fault()).isEqualTo(Fault.BAD_INPUT);
  }

  @Test
  void tooManyProblemsAreCounted() {
    var many =
        IntStream.range(0, 25)
            .mapToObj(i -> cause(Fault.BAD_INPUT, "row " + i, "wrong", "mend it"))
            .toList();
    assertThat(TaskProblem.joined(many).where()).isEqualTo("row 0");
    assertThat(TaskProblem.joined(many).what())
        .isEqualTo("wrong It is the first of 25 alike; the next: row 1; row 2.");
    assertThat(TaskProblem.joined(many).mend()).isEqualTo("mend it");
  }

  @Test
  void badInputOfAnEngineIsNotTriedAgainAndItsOwnFaultIs() {
    var input = new EngineException(cause(Fault.BAD_INPUT, "network", "no such layer", ""));
    assertThat(TaskProblem.outcome("task 1", input).retryable()).isFalse();
    var fault = new EngineException(cause(Fault.OUR_FAULT, "network", "it broke", ""));
    assertThat(TaskProblem.outcome("task 1", fault).retryable()).isTrue();
  }

  @Test
  void runningOutOfMemoryIsAMatterOfCapacity() {
    var outcome = TaskProblem.outcome("task 1", new OutOfMemoryError("Java heap space"));
    assertThat(outcome.cause().fault()).isEqualTo(Fault.NO_CAPACITY);
    assertThat(outcome.cause().why()).isEqualTo("Java heap space");
    assertThat(outcome.retryable()).isTrue();
  }

  @Test
  void aFullDiskIsAMatterOfCapacityHoweverDeepItIsFound() {
    var full = new IOException("/tmp/sluice1.pt: No space left on device");
    var outcome = TaskProblem.outcome("task 1", new UncheckedIOException("not written", full));
    assertThat(outcome.cause().fault()).isEqualTo(Fault.NO_CAPACITY);
    assertThat(outcome.cause().what()).isEqualTo("The worker's disk is full.");
    assertThat(outcome.retryable()).isTrue();
  }

  @Test
  void brokersThatAreAwayAreAMatterOfCapacityAndNotOfTheInput() {
    var outcome = TaskProblem.outcome("task 1", new TimeoutException("no metadata in 60 s"));
    assertThat(outcome.cause().fault()).isEqualTo(Fault.NO_CAPACITY);
    assertThat(outcome.cause().why()).isEqualTo("no metadata in 60 s");
    assertThat(outcome.retryable()).isTrue();
  }

  @Test
  void whateverElseGoesWrongIsOurFaultAndTriedAgain() {
    var outcome = TaskProblem.outcome("task 1", new IllegalStateException("impossible"));
    assertThat(outcome.cause().fault()).isEqualTo(Fault.OUR_FAULT);
    assertThat(outcome.cause().where()).isEqualTo("task 1");
    assertThat(outcome.cause().why()).contains("impossible");
    assertThat(outcome.retryable()).isTrue();
  }
}
