package dev.sluice.producer.artifact;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.platform.artifact.Notice;
import dev.sluice.platform.artifact.StoredFile;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ExpiryTest {

  private static final long RETENTION_MS = 1_000_000;
  private static final long NOTICE_MS = 400_000;
  private static final long NOW_MS = 50_000_000;
  private static final long OLD_MS = NOW_MS - RETENTION_MS - 1;

  private final Expiry expiry = new Expiry(RETENTION_MS, NOTICE_MS);

  @Test
  void whatIsOldAndUnusedIsAnnounced() {
    assertThat(steps(file(OLD_MS, null)).announce()).containsExactly("file");
    assertThat(steps(file(OLD_MS + 2, null)).announce()).as("it is not old").isEmpty();
    assertThat(steps(file(OLD_MS, null), "file").announce()).as("it is used").isEmpty();
    assertThat(steps(file(OLD_MS, announced(NOW_MS - 1))).announce()).as("it is").isEmpty();
  }

  @Test
  void whatWasAnnouncedIsRemovedOnceItsNoticeIsUpAndNotBefore() {
    var notice = announced(NOW_MS - NOTICE_MS);
    assertThat(steps(file(OLD_MS, notice)).remove()).hasSize(1);
    assertThat(steps(file(OLD_MS, announced(NOW_MS - NOTICE_MS + 1))).remove()).isEmpty();
    assertThat(steps(file(OLD_MS, notice), "file").remove()).as("it is used").isEmpty();
    assertThat(steps(file(NOW_MS - NOTICE_MS - 1, notice)).remove())
        .as("it was stored again just before it was announced")
        .isEmpty();
  }

  @Test
  void whoComesTooLateRemovesNothingAndAnnouncesItAnew() {
    long announcedMs = NOW_MS - 2 * NOTICE_MS;
    var steps = steps(file(OLD_MS - 2 * NOTICE_MS, announced(announcedMs)));
    assertThat(steps.remove()).isEmpty();
    assertThat(steps.announce()).containsExactly("file");
  }

  @Test
  void whatSomebodyAskedForGoesHoweverYoungItIs() {
    var asked = new Notice(NOW_MS - NOTICE_MS, NOTICE_MS, true);
    assertThat(steps(file(NOW_MS - NOTICE_MS - 1, asked)).remove()).hasSize(1);
    assertThat(steps(file(NOW_MS - NOTICE_MS - 1, asked), "file").remove()).isEmpty();
  }

  @Test
  void filesThatAreUsedDontStandBeforeThoseThatAreNot() {
    var files =
        Stream.concat(
                Stream.generate(() -> new StoredFile("used", 1, OLD_MS, null))
                    .limit(Expiry.FILES_MAX),
                Stream.of(file(OLD_MS, null)))
            .toList();
    assertThat(expiry.of(files, () -> Set.of("used"), NOW_MS).announce()).containsExactly("file");
  }

  @Test
  void theNextLookIsWhenTheNextIsDue() {
    var files =
        List.of(
            file(OLD_MS, announced(NOW_MS - 7)),
            file(OLD_MS, announced(NOW_MS - 9)),
            file(OLD_MS, announced(NOW_MS - NOTICE_MS)));
    assertThat(expiry.of(files, Set::of, NOW_MS).nextMs()).isEqualTo(NOW_MS - 9 + NOTICE_MS);
    assertThat(expiry.of(List.of(), Set::of, NOW_MS).nextMs()).isEqualTo(Long.MAX_VALUE);
  }

  private Expiry.Steps steps(StoredFile file, String... used) {
    return expiry.of(List.of(file), () -> Set.of(used), NOW_MS);
  }

  private static Notice announced(long atMs) {
    return new Notice(atMs, NOTICE_MS, false);
  }

  private static StoredFile file(long storedMs, @Nullable Notice notice) {
    return new StoredFile("file", 1, storedMs, notice);
  }
}
