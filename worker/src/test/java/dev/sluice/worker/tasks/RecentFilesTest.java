package dev.sluice.worker.tasks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.platform.artifact.ArtifactMissing;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RecentFilesTest {

  private final List<String> read = new ArrayList<>();
  private final RecentFiles files =
      new RecentFiles(
          new Files() {
            @Override
            public byte[] get(String digest) {
              read.add(digest);
              return new byte[4];
            }

            @Override
            public String put(byte[] file) {
              return "stored";
            }
          },
          10);

  @Test
  void theFilesUsedLastAreReadOnce() throws ArtifactMissing {
    for (var digest : List.of("a", "b", "a", "c", "a", "b")) {
      assertThat(files.get(digest)).hasSize(4);
    }
    assertThat(read).containsExactly("a", "b", "c", "b");
  }

  @Test
  void whatWasStoredIsNotReadAndAFileThatIsTooLargeStaysUntilTheNext() throws ArtifactMissing {
    var large = new byte[100];
    var digest = files.put(large);
    assertThat(files.get(digest)).isSameAs(large);
    assertThat(files.get("a")).hasSize(4);
    assertThat(files.get(digest)).hasSize(4);
    assertThat(read).containsExactly("a", "stored");
  }
}
