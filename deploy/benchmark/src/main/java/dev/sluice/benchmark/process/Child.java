package dev.sluice.benchmark.process;

import dev.sluice.benchmark.bare.BareClient;
import dev.sluice.benchmark.bare.BareExchange;
import dev.sluice.benchmark.bare.BarePingPong;
import dev.sluice.benchmark.bare.BareQueue;
import dev.sluice.benchmark.bare.OnnxLoop;
import dev.sluice.deploy.Sluice;
import dev.sluice.deploy.broker.EmbeddedBroker;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;

/** A process that ends when its standard input does: with the benchmark, however that ends. */
public final class Child {
  /** A command of {@code sluice} with its arguments. */
  static final String SLUICE = "sluice";

  /** As a process that is killed. */
  private static final int EXIT_CUT = 137;

  private Child() {}

  /**
   * @param arguments what to be, and its arguments
   */
  public static void main(String[] arguments) throws Exception {
    Locale.setDefault(Locale.ROOT); // for the broker, as Sluice does
    Thread.ofPlatform().name("tether").daemon().start(() -> endWith(System.in));
    var rest = Arrays.copyOfRange(arguments, 1, arguments.length);
    switch (arguments[0]) {
      case SLUICE -> Sluice.main(rest);
      case "broker" -> broker(Path.of(rest[0]));
      case "client" -> BareClient.run(rest[0]);
      case "exchange" -> say(BareExchange.run(List.of(rest)));
      case "queue" -> say(BareQueue.run(List.of(rest)));
      case "ping-pong" -> say(BarePingPong.run(List.of(rest)));
      case "onnx" -> say(OnnxLoop.run(List.of(rest)));
      default -> throw new IllegalArgumentException("there is no child " + arguments[0]);
    }
    Runtime.getRuntime().halt(0); // Kafka's clients and ONNX Runtime leave threads behind
  }

  /** One line, which {@link ChildResult} reads. */
  private static void say(Object result) {
    System.out.println(ChildResult.line(result));
    System.out.flush();
  }

  private static void broker(Path directory) throws InterruptedException {
    try (var broker = EmbeddedBroker.start(directory)) {
      System.out.println("The broker answers at " + broker.bootstrapServers() + ".");
      System.out.flush();
      new CountDownLatch(1).await();
    }
  }

  private static void endWith(InputStream in) {
    try {
      in.transferTo(OutputStream.nullOutputStream());
    } catch (IOException e) {
      // Gone is gone.
    }
    Runtime.getRuntime().halt(EXIT_CUT);
  }
}
