package dev.sluice.deploy.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.deploy.Sluice;
import dev.sluice.platform.process.ClassArchive;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How further JVMs start with an archive of classes that is of no use. */
class JavaCommandTest {

  @TempDir private Path folder;

  @AfterEach
  void noArchive() {
    System.clearProperty(ClassArchive.PROPERTY);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 100, 100_000})
  void anArchiveThatFitsNoJvmIsPassedOverInSilence(int bytes) throws Exception {
    var archive = Files.write(folder.resolve("SerialGC.jsa"), new byte[bytes]);
    assertThat(version(archive)).startsWith("sluice ").hasLineCount(2);
  }

  @Test
  void anArchiveOfOtherClassPathIsPassedOverInSilence() throws Exception {
    var archive = folder.resolve("SerialGC.jsa");
    var jdk = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    var dumped =
        new ProcessBuilder(
                jdk, "-Xshare:dump", "-XX:+UseSerialGC", "-XX:SharedArchiveFile=" + archive)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("dumped").toFile())
            .start();
    assertThat(dumped.waitFor()).isZero();
    assertThat(version(archive)).startsWith("sluice ").hasLineCount(2);
  }

  @Test
  void anArchiveThatIsNotThereIsNotAskedFor() throws Exception {
    System.setProperty(ClassArchive.PROPERTY, folder.resolve("none.jsa").toString());
    assertThat(ClassArchive.options()).isEmpty();
  }

  /** What a JVM that is given the archive says, on either stream. */
  private String version(Path archive) throws IOException, InterruptedException {
    System.setProperty(ClassArchive.PROPERTY, archive.toString());
    assertThat(ClassArchive.options()).contains("-XX:SharedArchiveFile=" + archive);
    var process =
        new JavaCommand("128m", folder, true)
            .process(Sluice.class.getName(), List.of("--version"))
            .redirectErrorStream(true)
            .start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    return said.strip();
  }
}
