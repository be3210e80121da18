package dev.sluice.worker.natives;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** However a folder of libraries was left, the next process finds each of them whole. */
final class LibraryFolderTest {
  private static final byte[] FIRST =
      "the first library".repeat(1000).getBytes(StandardCharsets.UTF_8);
  private static final byte[] SECOND = "the second".getBytes(StandardCharsets.UTF_8);

  private final List<String> news = new ArrayList<>();
  private final List<String> read = new ArrayList<>();

  @TempDir private Path directory;

  @Test
  void theFirstStartUnpacksAllAndSaysSoOnce() throws IOException {
    var folder = directory.resolve("a, b %41 $é").resolve("natives");

    folder(folder).complete(news::add);
    folder(folder).complete(news::add);

    requireWhole(folder);
    assertThat(news).containsExactly("unpacking native libraries, 1 MB, once, into " + folder);
  }

  @Test
  void theFolderOfEarlierReleasesIsNamedWhenANewOneIsMadeAndLeftAlone() throws IOException {
    var former = Files.createDirectory(directory.resolve("javacpp"));
    var folder = directory.resolve("natives");

    folder(folder).complete(news::add);
    folder(folder).complete(news::add);

    assertThat(news)
        .hasSize(2)
        .last()
        .isEqualTo(former + ", where earlier releases unpacked them, can be removed");
    assertThat(former).exists();
  }

  @Test
  void aLibraryThatIsCutOffEmptyMissingOrOverwrittenIsMadeAgain() throws IOException {
    List<Damage> damages =
        List.of(
            file -> Files.write(file, new byte[] {1}, StandardOpenOption.TRUNCATE_EXISTING),
            file -> Files.write(file, new byte[0]),
            Files::delete,
            file -> overwrite(file, "WRONG"));
    for (var damage : damages) {
      folder(directory).complete(news::add);
      damage.to(directory.resolve("libfirst.so"));
      read.clear();

      folder(directory).complete(news::add);

      requireWhole(directory);
      assertThat(read).as("only what is damaged is unpacked").containsExactly("libfirst.so");
      assertThat(news.getLast())
          .contains("1 of 2 in " + directory + " are missing, incomplete or changed");
    }
  }

  @Test
  void aFolderThatWasCopiedIsTakenAsItIs() throws IOException {
    folder(directory).complete(news::add);
    Files.setLastModifiedTime(directory.resolve("libfirst.so"), FileTime.fromMillis(0));
    news.clear();
    read.clear();

    folder(directory).complete(news::add);

    assertThat(news).isEmpty();
    assertThat(read).isEmpty();
  }

  @Test
  void whoReadsTheOldFileKeepsItWhileItIsReplaced() throws IOException {
    var file = directory.resolve("libfirst.so");
    Files.write(file, SECOND);
    try (var old = FileChannel.open(file)) {
      folder(directory).complete(news::add);

      assertThat(old.size()).as("it was not written over").isEqualTo(SECOND.length);
    }
    requireWhole(directory);
  }

  @Test
  void whatAKilledProcessLeftIsRemoved() throws IOException {
    Files.write(directory.resolve("libfirst.so.123.part"), SECOND);

    folder(directory).complete(news::add);

    assertThat(directory.toFile().list())
        .containsExactlyInAnyOrder("libfirst.so", "libsecond.so", ".lock");
  }

  @Test
  void aWriteThatFailsLeavesNothingAndIsSaid() throws IOException {
    var broken = new Library("libfirst.so", FIRST.length, crc(FIRST), LibraryFolderTest::breaksOff);

    assertThatThrownBy(
            () ->
                new LibraryFolder(directory, directory.resolve("javacpp"), List.of(broken))
                    .complete(news::add))
        .isInstanceOf(NativesUnavailable.class)
        .hasMessageContaining(directory.toString())
        .hasMessageContaining("No space left on device")
        .hasMessageContaining("SLUICE_CACHE");
    assertThat(directory.toFile().list()).containsExactly(".lock");
  }

  @Test
  void aJarThatIsDamagedIsSaid() {
    var other = new Library("libfirst.so", FIRST.length, 1, () -> new ByteArrayInputStream(FIRST));

    assertThatThrownBy(
            () ->
                new LibraryFolder(directory, directory.resolve("javacpp"), List.of(other))
                    .complete(news::add))
        .isInstanceOf(NativesUnavailable.class)
        .hasMessageContaining("libfirst.so is damaged");
    assertThat(directory.toFile().list()).containsExactly(".lock");
  }

  @Test
  void aFullDiskIsSaidBeforeAnythingIsWritten() {
    var huge = new Library("libfirst.so", 1L << 60, 1, () -> new ByteArrayInputStream(FIRST));

    assertThatThrownBy(
            () ->
                new LibraryFolder(directory, directory.resolve("javacpp"), List.of(huge))
                    .complete(news::add))
        .isInstanceOf(NativesUnavailable.class)
        .hasMessageStartingWith("The disk is full")
        .hasMessageContaining("SLUICE_CACHE");
  }

  @Test
  void aPlaceThatIsAFileOrBelowOneIsSaid() throws IOException {
    var file = Files.createFile(directory.resolve("file"));

    for (var place : List.of(file, file.resolve("natives"))) {
      assertThatThrownBy(() -> folder(place).complete(news::add))
          .isInstanceOf(NativesUnavailable.class)
          .hasMessageContaining(file.toString())
          .hasMessageNotContaining("Exception");
    }
  }

  @Test
  void aFolderThatCannotBeWrittenServesWhereItIsWholeAndIsSaidWhereNot() throws IOException {
    folder(directory).complete(news::add);
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("r-xr-xr-x"));
    try {
      folder(directory).complete(news::add);
      assumeThat(Files.isWritable(directory)).as("the superuser writes everywhere").isFalse();
      assertThatThrownBy(() -> folder(directory.resolve("natives")).complete(news::add))
          .isInstanceOf(NativesUnavailable.class)
          .hasMessageContaining("permission denied");
    } finally {
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }

  @Test
  void aLinkToAFolderIsFollowed() throws IOException {
    var link =
        Files.createSymbolicLink(
            directory.resolve("link"), Files.createDirectory(directory.resolve("real")));

    folder(link).complete(news::add);

    requireWhole(directory.resolve("real"));
  }

  private interface Damage {
    void to(Path file) throws IOException;
  }

  private LibraryFolder folder(Path path) {
    return new LibraryFolder(
        path,
        directory.resolve("javacpp"),
        List.of(library("libfirst.so", FIRST), library("libsecond.so", SECOND)));
  }

  private Library library(String name, byte[] content) {
    return new Library(
        name,
        content.length,
        crc(content),
        () -> {
          read.add(name);
          return new ByteArrayInputStream(content);
        });
  }

  private static void requireWhole(Path folder) throws IOException {
    assertThat(Files.readAllBytes(folder.resolve("libfirst.so"))).isEqualTo(FIRST);
    assertThat(Files.readAllBytes(folder.resolve("libsecond.so"))).isEqualTo(SECOND);
  }

  private static void overwrite(Path file, String text) throws IOException {
    try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(StandardCharsets.UTF_8.encode(text), 100);
    }
  }

  /** Stands for a disk: both end in the same exception. */
  private static InputStream breaksOff() throws IOException {
    throw new IOException("No space left on device");
  }

  private static long crc(byte[] content) {
    var crc = new CRC32();
    crc.update(content);
    return crc.getValue();
  }
}
