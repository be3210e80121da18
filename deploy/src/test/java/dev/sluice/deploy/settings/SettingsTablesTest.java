package dev.sluice.deploy.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class SettingsTablesTest {
  private static final Path README =
      Path.of(System.getProperty("basedir", "")).toAbsolutePath().resolveSibling("README.md");

  @Test
  void theReadmeHasEverySettingAsItIs() throws Exception {
    var readme = Files.readString(README);
    assertThat(readme)
        .as("README.md does not have the present settings: run deploy/docs")
        .isEqualTo(SettingsTables.update(readme));
  }

  @Test
  void aTableReplacesWhatStoodInItsPlaceAndNothingElse() {
    var before =
        """
        before
        <!-- settings:producer -->
        what stood here
        <!-- /settings -->
        between
        <!-- settings:coordinator -->
        <!-- /settings -->
        <!-- settings:worker -->
        <!-- /settings -->
        after
        """;
    var after = SettingsTables.update(before);
    assertThat(after)
        .startsWith("before\n<!-- settings:producer -->\n| setting |")
        .contains("| `lane` |", "<!-- /settings -->\nbetween\n")
        .endsWith("<!-- /settings -->\nafter\n")
        .doesNotContain("what stood here");
    assertThat(SettingsTables.update(after)).isEqualTo(after);
  }

  @Test
  void aDocumentWithoutAPlaceForAProcessIsAnError() {
    assertThatThrownBy(() -> SettingsTables.update("nothing"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("worker");
  }

  @Test
  void aPlaceForAProcessThatIsNoneIsAnError() {
    assertThatThrownBy(() -> SettingsTables.update("<!-- settings:broker -->\n<!-- /settings -->"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("broker");
  }
}
