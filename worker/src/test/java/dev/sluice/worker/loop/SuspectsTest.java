package dev.sluice.worker.loop;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.wire.DatasetSpec;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.PrepareWork;
import dev.sluice.schemas.wire.Rows;
import dev.sluice.schemas.wire.Scaling;
import dev.sluice.schemas.wire.Target;
import dev.sluice.schemas.wire.Task;
import dev.sluice.worker.queue.HeldTask;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What has come to several workers runs alone; all else runs side by side. */
final class SuspectsTest {

  private final Suspects suspects = new Suspects();
  private final List<HeldTask> held = new ArrayList<>();

  @Test
  void whatIsNewOrCameOnceMoreRunsBesideOthers() {
    held.add(task("a", 1));
    assertThat(suspects.keeps(task("b", 2), held)).isFalse();
    assertThat(suspects.next(held)).isEmpty();
  }

  @Test
  void aSuspectWaitsUntilNothingElseIsHeld() {
    held.add(task("a", 1));
    assertThat(suspects.keeps(task("b", 3), held)).isTrue();
    assertThat(suspects.any(held)).isTrue();
    assertThat(suspects.next(held)).isEmpty();
    held.clear();
    assertThat(suspects.next(held)).contains(task("b", 3));
    assertThat(suspects.any(held)).isFalse();
  }

  @Test
  void nothingIsBegunBesideASuspect() {
    assertThat(suspects.keeps(task("a", 3), held)).isFalse();
    held.add(task("a", 3));
    assertThat(suspects.any(held)).isTrue();
    assertThat(suspects.keeps(task("b", 1), held)).isTrue();
    assertThat(suspects.keys()).containsExactly("b");
    suspects.forget("b");
    assertThat(suspects.keys()).isEmpty();
  }

  private static HeldTask task(String key, int delivery) {
    var dataset =
        new DatasetSpec(
            "sha256:" + "0".repeat(64),
            null,
            null,
            List.of(),
            Target.CLASSIFICATION,
            0,
            null,
            1,
            Rows.ALL,
            Scaling.NONE,
            Scaling.NONE);
    var work = new PrepareWork(new InferenceSpec("m", "1", dataset, 1, List.of()), null);
    return new HeldTask(key, new Task(key, "job", 1, 1, "", work), delivery);
  }
}
