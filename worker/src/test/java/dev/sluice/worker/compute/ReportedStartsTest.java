package dev.sluice.worker.compute;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.wire.AttemptLost;
import dev.sluice.schemas.wire.AttemptStarted;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.Prepare;
import dev.sluice.schemas.wire.Task;
import dev.sluice.schemas.wire.WorkerLife;
import dev.sluice.worker.lease.HeldTask;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ReportedStartsTest {

  private static final Task TASK = new Task("prepare", "job", 2, 1, "", 7, 0, new Prepare());

  private final List<JobEvent> events = new ArrayList<>();
  private final List<String> fate = new ArrayList<>();
  private @Nullable Exception failure;

  private final ReportedStarts starts =
      new ReportedStarts(
          new TaskEvents(
              (jobId, event, sent) -> {
                events.add(event);
                sent.accept(failure);
              },
              new WorkerLife("w", "life"),
              "engine"),
          new ReportedStarts.Fate() {
            @Override
            public void started(String key) {
              fate.add("started " + key);
            }

            @Override
            public void giveBack(String key) {
              fate.add("back " + key);
            }

            @Override
            public void unheard(Task task, String what, Exception why) {
              fate.add(what + ": " + why.getMessage());
            }
          });

  @Test
  void aStartThatIsStoredIsSaidToTheIntake() {
    starts.begins(new HeldTask("k", TASK, 3));
    assertThat(events).containsExactly(new AttemptStarted("job", "prepare", 2, "w", 3, "life"));
    assertThat(fate).containsExactly("started k");
  }

  @Test
  void aFirstDeliveryGoesOnWithoutItsStart() {
    failure = new Exception("away");
    starts.begins(new HeldTask("k", TASK, 1));
    assertThat(fate).containsExactly("it begins: away");
  }

  @Test
  void aLaterDeliveryGoesBackWithoutItsStart() {
    failure = new Exception("away");
    starts.begins(new HeldTask("k", TASK, 2));
    assertThat(fate).containsExactly("back k");
  }

  @Test
  void aLossIsToldAndWaitedForByNobody() {
    starts.lost(TASK);
    assertThat(events).containsExactly(new AttemptLost("job", "prepare", 2, "w", "life"));
    assertThat(fate).isEmpty();
    failure = new Exception("away");
    starts.lost(TASK);
    assertThat(fate).containsExactly("it is lost: away");
  }
}
