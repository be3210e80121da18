package dev.sluice.deploy.scripts;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** A mirror of archives on loopback, which can be made to do what mirrors should not. */
final class ArchiveServer implements AutoCloseable {

  /** What it does when it is asked for an archive. */
  interface Answer {
    void to(HttpExchange exchange, byte[] archive) throws IOException;
  }

  /** The archive, or the rest of it that is asked for. */
  static final Answer SOUND =
      (exchange, archive) -> {
        int from = from(exchange);
        if (from >= archive.length) {
          exchange.sendResponseHeaders(416, -1);
          return;
        }
        promise(exchange, archive);
        exchange.getResponseBody().write(archive, from, archive.length - from);
      };

  /** All of the archive, whatever is asked for. */
  static final Answer WHOLE =
      (exchange, archive) -> {
        exchange.sendResponseHeaders(200, archive.length);
        exchange.getResponseBody().write(archive);
      };

  private final HttpServer server;
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final Map<String, byte[]> archives = new ConcurrentHashMap<>();
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();

  ArchiveServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.start();
  }

  /** Says that the archive follows, or the rest of it that is asked for. */
  static void promise(HttpExchange exchange, byte[] archive) throws IOException {
    int from = from(exchange);
    if (from > 0) {
      var range =
          String.format(Locale.ROOT, "bytes %d-%d/%d", from, archive.length - 1, archive.length);
      exchange.getResponseHeaders().add("Content-Range", range);
    }
    exchange.sendResponseHeaders(from == 0 ? 200 : 206, archive.length - from);
  }

  /** Where the beginning of what is asked for lies in the archive. */
  static int from(HttpExchange exchange) {
    var range = exchange.getRequestHeaders().getFirst("Range");
    return range == null ? 0 : Integer.parseInt(range.replaceAll("\\D+(\\d+)-.*", "$1"));
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      var name = exchange.getRequestURI().getPath().replaceAll(".*/", "");
      asked.add(name);
      byte[] archive = archives.get(name);
      if (archive == null) {
        exchange.sendResponseHeaders(404, -1);
      } else {
        answers.getOrDefault(name, SOUND).to(exchange, archive);
      }
    }
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  void offer(Path archive) {
    try {
      archives.put(archive.getFileName().toString(), Files.readAllBytes(archive));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void answers(String name, Answer answer) {
    answers.put(name, answer);
  }

  /** The names that it was asked for, in order. */
  List<String> asked() {
    return asked;
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
