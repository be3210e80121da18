package dev.sluice.deploy.scripts;

import static dev.sluice.deploy.scripts.BareMachine.JDK;
import static dev.sluice.deploy.scripts.BareMachine.MAVEN;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which JDK and which Maven the scripts take: the machine's, or what they fetch. */
final class ToolchainTest extends OnABareMachine {
  private static final int BAD_INPUT = 2;

  @Test
  void aMachineWithNothingGetsBothOnceAndRuns() throws Exception {
    var first = machine.run("quickstart", "--workers", "3");
    assertThat(first.exitCode()).as(first.err()).isZero();
    assertThat(first.out())
        .contains("java runs: ", "dev.sluice.deploy.Sluice quickstart --workers 3");
    assertThat(first.err())
        .contains("fetching JDK 25, 1 MB, from " + server.url(), "fetching Apache Maven 3, 1 MB")
        .contains(machine.fetched().toString(), "SLUICE_FETCH=never forbids it")
        .contains("Maven runs: ", "JAVA25_HOME=" + machine.fetched().resolve("jdk-25"));
    assertThat(machine.run("quickstart").exitCode()).isZero();
    assertThat(server.asked()).containsExactly(JDK, MAVEN);
    assertThat(machine.listed()).containsExactly("jdk-25", "lock", "maven-3");
  }

  @Test
  void verifyRunsEveryTestWithWhatWasFetched() throws Exception {
    var ran = machine.run("verify", "-pl", "schemas");
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    assertThat(ran.out())
        .contains("verify -pl schemas; JAVA_HOME=" + machine.fetched().resolve("jdk-25"));
  }

  @Test
  void aBuildPassesWarningsOnAndNotEachDownload() throws Exception {
    var ran = machine.run("quickstart");
    assertThat(ran.err()).contains("[WARNING] a warning").doesNotContain("Download", "[INFO]");
  }

  @ParameterizedTest
  @CsvSource({
    "3.8.7,  17.0.15,  true",
    "3.9.16, 25.0.4.1, true",
    "3.6.3,  17.0.15,  false",
    "3.9.16, 11.0.2,   false",
    "3.9.16, 1.8.0_392, false",
    "4.0.0,  25.0.3,   false"
  })
  void theShellsMavenIsTakenIfItCanBuildSluice(String maven, String java, boolean taken)
      throws Exception {
    machine.set("SLUICE_FETCH", "");
    machine.has(
        "mvn", "echo \"Apache Maven " + maven + "\"; echo \"Java version: " + java + ", x\"");
    machine.set("JAVA_HOME", machine.jdk().toString());
    assertThat(machine.run("verify").exitCode()).isZero();
    assertThat(server.asked()).isEqualTo(taken ? List.of() : List.of(MAVEN));
  }

  @Test
  void whereFetchingIsForbiddenItSaysHowToGetMaven() throws Exception {
    machine.set("SLUICE_FETCH", "never");
    machine.set("JAVA_HOME", machine.jdk().toString());
    var ran = machine.run("verify");
    assertThat(ran.exitCode()).isEqualTo(NO_JDK);
    assertThat(ran.err()).contains("there is no mvn on the PATH", "apt install maven");
    assertThat(server.asked()).isEmpty();
  }

  @Test
  void whatWasFetchedIsTakenWhereFetchingIsForbiddenNow() throws Exception {
    assertThat(machine.run("verify").exitCode()).isZero();
    machine.set("SLUICE_FETCH", "never");
    machine.set("JAVA_HOME", machine.fetched().resolve("jdk-25").toString());
    assertThat(machine.run("verify").exitCode()).isZero();
    assertThat(server.asked()).containsExactly(JDK, MAVEN);
  }

  @Test
  void aWordThatForbidsNothingIsRefused() throws Exception {
    machine.set("SLUICE_FETCH", "no");
    var ran = machine.run("quickstart");
    assertThat(ran.exitCode()).isEqualTo(BAD_INPUT);
    assertThat(ran.err()).contains("SLUICE_FETCH is 'no'", "never or always");
  }

  @Test
  void aFetchedJdkOfWhichAPartIsGoneIsFetchedAnew() throws Exception {
    assertThat(machine.run("quickstart").exitCode()).isZero();
    Files.delete(machine.fetched().resolve("jdk-25/bin/javac"));
    assertThat(machine.run("quickstart").exitCode()).isZero();
    assertThat(server.asked()).containsExactly(JDK, MAVEN, JDK);
  }
}
