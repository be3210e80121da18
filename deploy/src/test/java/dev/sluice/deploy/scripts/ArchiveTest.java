package dev.sluice.deploy.scripts;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** When the launcher makes archives of classes, and with which it starts. */
final class ArchiveTest extends OnABareMachine {
  private static final String MAKES = "archiving classes";

  @Test
  void theyAreMadeOnceAfterEachBuildAndStartedWith() throws Exception {
    var first = machine.run("quickstart");
    assertThat(first.err()).containsOnlyOnce(MAKES);
    assertThat(first.out())
        .contains(
            "-XX:SharedArchiveFile=" + archives().resolve("ZGC.jsa"),
            "-Dsluice.archive=" + archives());
    assertThat(archives().resolve("ZGC.jsa")).hasContent("java/lang/Object");
    assertThat(folderNames()).containsExactly("archive");

    var worker = machine.run("sluice", "worker");
    assertThat(worker.err()).doesNotContain(MAKES);
    // A worker says nothing on standard output; with this option it does.
    assertThat(machine.run("sluice", "worker", "--json").out())
        .contains("-XX:SharedArchiveFile=" + archives().resolve("SerialGC.jsa"));

    Files.setLastModifiedTime(
        machine.checkout().resolve("pom.xml"), FileTime.from(Instant.now().plusSeconds(60)));
    assertThat(machine.run("sluice", "producer").err()).contains("Maven runs: ", MAKES);
  }

  @Test
  void whoeverOnlyAsksDoesNotWaitForThem() throws Exception {
    var asked = machine.run("sluice", "jobs");
    assertThat(asked.err()).contains("Maven runs: ").doesNotContain(MAKES);
    assertThat(asked.out()).doesNotContain("SharedArchiveFile");
    assertThat(machine.run("sluice", "worker", "--help").err()).doesNotContain(MAKES);
  }

  @Test
  void whereTheyCanNotBeMadeThatIsSaidOnceAndProcessesStartWithout() throws Exception {
    machine.set("REFUSES_DUMPS", "yes");
    var ran = machine.run("quickstart");
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    assertThat(ran.err()).contains("there are no archives of classes", archives().toString());
    assertThat(ran.out()).contains("java runs: ").doesNotContain("SharedArchiveFile");
    assertThat(machine.run("quickstart").err()).doesNotContain(MAKES);
    assertThat(folderNames()).containsExactly("archive");
  }

  @Test
  void theyCanBeForbidden() throws Exception {
    machine.run("quickstart");
    machine.set("SLUICE_ARCHIVE", "never");
    var ran = machine.run("quickstart");
    assertThat(ran.out()).contains("java runs: ").doesNotContain("SharedArchiveFile");
  }

  private Path archives() {
    return machine.checkout().resolve("deploy/target/archive");
  }

  /** Of folders in which archives are, or are made. */
  private String[] folderNames() throws IOException {
    try (var files = Files.list(archives().getParent())) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.startsWith("archive"))
          .toArray(String[]::new);
    }
  }
}
