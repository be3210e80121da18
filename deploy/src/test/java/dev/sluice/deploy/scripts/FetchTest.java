package dev.sluice.deploy.scripts;

import static dev.sluice.deploy.scripts.BareMachine.JDK;
import static dev.sluice.deploy.scripts.BareMachine.MAVEN;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import dev.sluice.deploy.scripts.ArchiveServer.Answer;
import dev.sluice.deploy.scripts.BareMachine.Ran;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What the scripts do where there is no JDK 25, no Maven, or neither: they fetch it, or say why
 * they can't.
 */
final class FetchTest extends OnABareMachine {

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://example.org",
        "http://127.0.0.1.example.org",
        "http://127.0.0.1@example.org",
        "http://localhost:80@example.org",
        "ftp://127.0.0.1",
        "file:///tmp",
        "/tmp"
      })
  void nothingIsAskedOfOtherMachinesButByHttps(String from) throws Exception {
    machine.set("SLUICE_FETCH_FROM", from);
    refuses(machine.run("quickstart"), "is neither https nor on this machine");
  }

  static Stream<Arguments> brokenMirrors() {
    return Stream.of(
        Arguments.of(
            "curl",
            "asked for what it hasn't",
            (Answer) (e, a) -> e.sendResponseHeaders(404, -1),
            "404"),
        Arguments.of(
            "wget",
            "asked for what it hasn't",
            (Answer) (e, a) -> e.sendResponseHeaders(404, -1),
            "404"),
        Arguments.of("curl", "busy", (Answer) (e, a) -> e.sendResponseHeaders(503, -1), "503"),
        Arguments.of("wget", "busy", (Answer) (e, a) -> e.sendResponseHeaders(503, -1), "503"),
        Arguments.of("curl", "another archive", (Answer) FetchTest::another, "its SHA-256 differs"),
        Arguments.of("wget", "another archive", (Answer) FetchTest::another, "its SHA-256 differs"),
        Arguments.of(
            "curl",
            "its beginning",
            (Answer) (e, a) -> beginning(e, a, a.length / 2),
            "trying again"),
        Arguments.of("curl", "no end", (Answer) FetchTest::endless, "gives more than the"),
        Arguments.of("wget", "no end", (Answer) FetchTest::endless, "gives more than the"),
        Arguments.of("curl", "redirects without end", (Answer) FetchTest::redirected, "redirects"),
        Arguments.of(
            "wget", "redirects without end", (Answer) FetchTest::redirected, "redirections"),
        Arguments.of("curl", "silent", (Answer) FetchTest::silent, "none of them in the last 1 s"));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("brokenMirrors")
  void aBrokenMirrorIsOneSentenceAndLeavesNothingHalfUnpacked(
      String loader, String kind, Answer answer, String reason) throws Exception {
    machine.lacks(loader.equals("curl") ? "wget" : "curl");
    server.answers(JDK, answer);
    refuses(machine.run("quickstart"), reason, "SLUICE_FETCH_FROM=URL");
  }

  @Test
  void anArchiveWithoutTheFolderItShouldHaveIsRefused() throws Exception {
    machine.pin("any", "jdk-26");
    refuses(machine.run("quickstart"), "has no jdk in the folder jdk-26", "toolchain");
  }

  @ParameterizedTest(name = "{0}, {1} bytes are there")
  @CsvSource({"curl, 1000", "wget, 1000", "curl, 200000", "wget, 200000"})
  void whatAnEarlierStartHasLeftIsGoneOnWith(String loader, int bytes) throws Exception {
    machine.lacks(loader.equals("curl") ? "wget" : "curl");
    leave(Arrays.copyOf(machine.archive(JDK), bytes));
    var from = new AtomicInteger();
    server.answers(
        JDK,
        (exchange, archive) -> {
          from.set(ArchiveServer.from(exchange));
          ArchiveServer.SOUND.to(exchange, archive);
        });
    assertThat(machine.run("quickstart").exitCode()).isZero();
    assertThat(from).hasValue(bytes);
  }

  @ParameterizedTest(name = "{0}, {1} bytes are there")
  @CsvSource({"curl, 1000", "wget, 1000", "curl, 10000000", "wget, 10000000", "curl, -1"})
  void whatWasLeftAndIsBrokenIsFetchedAnew(String loader, int bytes) throws Exception {
    machine.lacks(loader.equals("curl") ? "wget" : "curl");
    leave(new byte[bytes < 0 ? machine.archive(JDK).length : bytes]);
    var ran = machine.run("quickstart");
    assertThat(ran.exitCode()).as(ran.err()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"curl", "wget"})
  void aMirrorThatKnowsNoRangesGivesItWhole(String loader) throws Exception {
    machine.lacks(loader.equals("curl") ? "wget" : "curl");
    leave(Arrays.copyOf(machine.archive(JDK), 1000));
    server.answers(JDK, ArchiveServer.WHOLE);
    assertThat(machine.run("quickstart").exitCode()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"curl", "wget"})
  void aConnectionThatBreaksIsGoneOnWith(String loader) throws Exception {
    machine.lacks(loader.equals("curl") ? "wget" : "curl");
    var times = new AtomicInteger();
    server.answers(
        JDK,
        (exchange, archive) -> {
          if (times.incrementAndGet() <= 2) {
            beginning(exchange, archive, 10_000 * times.get());
          } else {
            ArchiveServer.SOUND.to(exchange, archive);
          }
        });
    var ran = machine.run("quickstart");
    assertThat(ran.exitCode()).as(ran.err()).isZero();
    assertThat(ran.err()).contains("trying again");
  }

  @ParameterizedTest
  @ValueSource(strings = {"curl", "wget"})
  void aProxyIsTakenFromItsVariable(String loader) throws Exception {
    machine.lacks(loader.equals("curl") ? "wget" : "curl");
    machine.set("http_proxy", server.url());
    machine.set("SLUICE_FETCH_FROM", "http://127.0.0.1:1/behind");
    var ran = machine.run("quickstart");
    assertThat(ran.exitCode()).as(ran.err()).isZero();
  }

  @Test
  void twoStartsFetchOnce() throws Exception {
    var otherWaits = new CountDownLatch(1);
    server.answers(
        JDK,
        (exchange, archive) -> {
          awaitBriefly(otherWaits);
          ArchiveServer.SOUND.to(exchange, archive);
        });
    machine.set("SLUICE_FETCH_SECONDS", "60");
    var one = machine.start("quickstart");
    var other = machine.start("quickstart");
    // Whichever waits says so before the other is given anything.
    var ends = Stream.of(one, other).map(process -> ended(process, otherWaits)).toList();
    for (var end : ends) {
      assertThat(end.join().exitCode()).as(end.join().err()).isZero();
    }
    assertThat(server.asked()).containsExactly(JDK, MAVEN);
  }

  @Test
  void aStartThatIsToldToStopWhileItFetchesLeavesNothingThatRuns() throws Exception {
    var asked = new CountDownLatch(1);
    machine.set("SLUICE_FETCH_SECONDS", "60");
    server.answers(
        JDK,
        (exchange, archive) -> {
          asked.countDown();
          silent(exchange, archive);
        });
    var process = machine.start("quickstart");
    assertThat(asked.await(30, TimeUnit.SECONDS)).isTrue();
    var children = process.descendants().toList();
    // Not by the process, which would close what it has said.
    process.toHandle().destroy();
    machine.end(process);
    for (var child : children) {
      child.onExit().get(30, TimeUnit.SECONDS);
    }
    server.answers(JDK, ArchiveServer.SOUND);
    assertThat(machine.run("quickstart").exitCode()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "curl wget, there is neither curl nor wget",
    "tar, there is no tar",
    "gzip, there is no gzip",
    "sha256sum, 'there is no sha256sum, shasum or openssl'"
  })
  void whatItTakesToFetchIsNamedWhereItIsMissing(String programs, String reason) throws Exception {
    machine.lacks(programs.split(" "));
    refuses(machine.run("quickstart"), reason, "apt install");
  }

  @Test
  void aDiskWithoutRoomIsFoundBeforeAnythingIsAsked() throws Exception {
    machine.has("df", "echo Filesystem; echo '/dev/a b 1000000 999999 1 100% /'");
    refuses(machine.run("quickstart"), "it takes", "1 MB are free", "SLUICE_CACHE=DIR");
    assertThat(server.asked()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"curl", "wget"})
  void aDiskThatFillsUpIsNamed(String loader) throws Exception {
    machine.lacks(loader.equals("curl") ? "wget" : "curl");
    Files.createDirectories(machine.fetched());
    Files.createSymbolicLink(machine.fetched().resolve(JDK + ".part"), Path.of("/dev/full"));
    refuses(machine.run("quickstart"), "it can't be written to", "Make room");
  }

  @Test
  void aCacheThatCannotBeMadeIsNamed() throws Exception {
    Files.writeString(machine.home().resolve(".cache"), "");
    refuses(machine.run("quickstart"), "can't be written", "SLUICE_CACHE=DIR");
  }

  @Test
  void aPlatformWithoutAnArchiveIsNamed() throws Exception {
    machine.has("uname", "echo Plan9");
    machine.pin("Linux-x86_64", "jdk-25");
    refuses(machine.run("quickstart"), "has none for Plan9-Plan9");
  }

  /** The sentence, then what a user can do without fetching; and nothing that looks whole. */
  private void refuses(Ran ran, String... said) throws IOException {
    assertThat(ran.exitCode()).as(ran.err()).isEqualTo(NO_JDK);
    assertThat(ran.out()).isEmpty();
    assertThat(ran.err()).contains(" could not be fetched: ").contains(said);
    assertThat(ran.err()).contains("sluice: no JDK 25 found.", "apt install openjdk-25");
    assertThat(machine.listed()).allMatch(name -> name.matches("lock|.*[.]part"));
  }

  private void leave(byte[] bytes) throws IOException {
    Files.createDirectories(machine.fetched());
    Files.write(machine.fetched().resolve(JDK + ".part"), bytes);
  }

  /** What a process ended with; tells when it says that it waits for another. */
  private CompletableFuture<Ran> ended(Process process, CountDownLatch waits) {
    return CompletableFuture.supplyAsync(
        () -> {
          try (var err = process.errorReader()) {
            var said = new StringBuilder();
            for (var line = err.readLine(); line != null; line = err.readLine()) {
              said.append(line).append('\n');
              if (line.contains("waiting for it")) {
                waits.countDown();
              }
            }
            return new Ran(process.waitFor(), "", said.toString());
          } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
          }
        },
        task -> Thread.ofVirtual().start(task));
  }

  private static void another(HttpExchange exchange, byte[] archive) throws IOException {
    ArchiveServer.WHOLE.to(exchange, new byte[archive.length]);
  }

  /** Breaks off where so much of the archive is given, whatever it has promised. */
  private static void beginning(HttpExchange exchange, byte[] archive, int bytes)
      throws IOException {
    int from = ArchiveServer.from(exchange);
    ArchiveServer.promise(exchange, archive);
    exchange.getResponseBody().write(archive, from, bytes - from);
    exchange.getResponseBody().flush();
  }

  private static void endless(HttpExchange exchange, byte[] archive) throws IOException {
    exchange.sendResponseHeaders(200, 0);
    for (int i = 0; i < 1000; i++) {
      exchange.getResponseBody().write(archive);
    }
  }

  private static void redirected(HttpExchange exchange, byte[] archive) throws IOException {
    exchange.getResponseHeaders().add("Location", exchange.getRequestURI().toString());
    exchange.sendResponseHeaders(302, -1);
  }

  private static void silent(HttpExchange exchange, byte[] archive) throws IOException {
    beginning(exchange, archive, ArchiveServer.from(exchange) + 10_000);
    awaitBriefly(new CountDownLatch(1));
  }

  /** Waits for a minute at most, or until the server is closed. */
  private static void awaitBriefly(CountDownLatch latch) {
    try {
      latch.await(1, TimeUnit.MINUTES);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
