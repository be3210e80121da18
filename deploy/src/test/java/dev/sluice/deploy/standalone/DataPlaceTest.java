package dev.sluice.deploy.standalone;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.deploy.broker.BrokerStartException;
import dev.sluice.platform.config.ConfigProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A data directory is one cluster's, and nothing in it is touched by another, or by mistake. */
final class DataPlaceTest {
  @TempDir private Path dir;

  @Test
  void aSecondClusterIsRefusedAndTouchesNothingOfTheFirst() throws IOException {
    try (var first = DataPlace.open(dir)) {
      var scratch = first.emptyScratch();
      var file = Files.createFile(scratch.resolve("of-a-worker"));

      for (var name : new Path[] {dir, dir.resolve("."), link(dir)}) {
        assertThatThrownBy(() -> DataPlace.open(name))
            .isInstanceOf(BrokerStartException.class)
            .hasMessageContaining("another broker uses");
      }

      assertThat(file).exists();
    }
    assertThat(dir.resolve("tmp")).doesNotExist();
    DataPlace.open(dir).close();
  }

  @Test
  void whatAKilledClusterLeftInItsTemporaryFilesIsRemoved() throws IOException {
    Path left;
    try (var place = DataPlace.open(dir)) {
      left = Files.createFile(place.emptyScratch().resolve("left"));
      copyAway(dir.resolve("tmp"));
    }
    putBack(dir.resolve("tmp"));
    assertThat(left).exists();

    try (var place = DataPlace.open(dir)) {
      assertThat(place.emptyScratch()).exists();
      assertThat(left).doesNotExist();
    }
  }

  @Test
  void aFolderThatOnlyHasTheSameNameIsNotEmptied() throws IOException {
    var own = Files.writeString(Files.createDirectory(dir.resolve("tmp")).resolve("mine"), "kept");

    try (var place = DataPlace.open(dir)) {
      assertThatThrownBy(place::emptyScratch)
          .isInstanceOf(ConfigProblem.class)
          .hasMessageContaining("tmp is there, and Sluice has not made it");
    }

    assertThat(own).hasContent("kept");
  }

  @Test
  void aTemporaryPlaceGoesWithItsCluster() {
    var place = DataPlace.open(null);
    place.emptyScratch();
    var path = place.path();

    place.close();

    assertThat(path).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a\nb", "a\tb", "a\u007fb"})
  void aNameThatNobodyMeansIsRefusedAndNotMade(String name) {
    assertThatThrownBy(() -> DataPlace.open(Path.of(name)))
        .isInstanceOf(ConfigProblem.class)
        .hasMessageContaining("Name another directory");
  }

  @Test
  void aFileAndAPlaceBelowAFileAreSaidInWords() throws IOException {
    var file = Files.createFile(dir.resolve("file"));
    for (var place : new Path[] {file, file.resolve("data")}) {
      assertThatThrownBy(() -> DataPlace.open(place))
          .isInstanceOf(BrokerStartException.class)
          .hasMessageContaining(file.toString())
          .hasMessageContaining("directory")
          .hasMessageNotContaining("Exception");
    }
  }

  private Path link(Path to) throws IOException {
    return Files.createSymbolicLink(dir.resolveSibling(dir.getFileName() + "-link"), to);
  }

  private void copyAway(Path folder) throws IOException {
    var away = Files.createDirectory(dir.resolve("away"));
    try (var files = Files.list(folder)) {
      for (var file : files.toList()) {
        Files.copy(file, away.resolve(file.getFileName()));
      }
    }
  }

  private void putBack(Path folder) throws IOException {
    Files.move(dir.resolve("away"), folder);
  }
}
