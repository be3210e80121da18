package dev.sluice.platform.process;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The archive of loaded classes (class data sharing) with which the launcher lets further processes
 * of this class path start sooner. It fits one JVM, one collector and these very jars; where it
 * does not, the JVM goes on without it.
 */
public final class ClassArchive {
  /** Names the archive for processes with the serial collector; absent where there is none. */
  public static final String PROPERTY = "sluice.archive";

  private ClassArchive() {}

  /**
   * Options for a JVM of this class path and the serial collector; none where there is no archive.
   * Nothing that is wrong with it is printed or stops that JVM.
   */
  public static List<String> options() {
    var file = System.getProperty(PROPERTY, "");
    return file.isEmpty() || !Files.isReadable(Path.of(file))
        ? List.of()
        : List.of(
            "-XX:SharedArchiveFile=" + file,
            "-Xshare:auto",
            "-Xlog:cds*=off,aot*=off",
            // Mapped where it was made for: at a random address every pointer would be changed.
            "-XX:+UnlockDiagnosticVMOptions",
            "-XX:ArchiveRelocationMode=0");
  }
}
