package dev.sluice.deploy.scripts;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Each test has a machine of its own with nothing on it, and a server of archives. */
abstract class OnABareMachine {
  static final int NO_JDK = 3;

  @TempDir Path dir;
  ArchiveServer server;
  BareMachine machine;

  @BeforeEach
  void prepare() throws Exception {
    server = new ArchiveServer();
    machine = new BareMachine(dir, server);
  }

  @AfterEach
  void end() throws IOException {
    machine.close();
    server.close();
  }
}
