package dev.sluice.worker.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.errors.WakeupException;
import org.junit.jupiter.api.Test;

class PendingChangesTest {

  private final PendingChanges changes = new PendingChanges();
  private final List<String> followed = new ArrayList<>();
  private boolean woken = true;

  @Test
  void aJobThatIsLeftWhileItsBeginningIsInterruptedIsNotFollowed() {
    changes.add(
        () -> {
          followed.add("job");
          if (woken) {
            woken = false;
            changes.add(() -> followed.removeIf("job"::equals));
            throw new WakeupException();
          }
        });

    assertThatThrownBy(changes::make).isInstanceOf(WakeupException.class);
    changes.make();

    assertThat(followed).isEmpty();
  }

  @Test
  void waitingMakesAChangeThatComes() throws Exception {
    changes.add(() -> followed.add("job"));
    changes.await(1);
    changes.await(1);
    assertThat(followed).containsExactly("job");
  }
}
