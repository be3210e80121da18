package dev.sluice.platform.process;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stops a process within a bound: brokers that are gone can't hold it up.
 *
 * <p>A signal stops our parts before the JVM begins to shut down. Shutdown hooks all run at once,
 * and those of libraries close what the work in hand still needs: ONNX Runtime's closes its
 * environment, so that a worker that was told to stop would fail the very task that it is to end.
 * Java has no supported interface for signals; where the JVM lacks the usual one, a hook has to do.
 */
public final class StopDeadline {
  /** Time for stopping whatever does not wait for work in hand. */
  public static final Duration LONGEST = Duration.ofSeconds(15);

  private static final Logger LOG = LoggerFactory.getLogger(StopDeadline.class);
  private static final int EXIT_FAILED = 1;

  /** Signals that tell a process to stop, and the exit codes that say so. */
  private static final Map<String, Integer> SIGNALS = Map.of("TERM", 128 + 15, "INT", 128 + 2);

  private static volatile int signalled;

  private StopDeadline() {}

  /** What a process that has stopped exits with: what the signal says, if one told it to stop. */
  public static int exitCode(int otherwise) {
    return signalled == 0 ? otherwise : signalled;
  }

  /** From now on the process stops this once before it ends, when it is told to end. */
  public static void onExit(Runnable stop) {
    onExit(stop, LONGEST);
  }

  /** The same for what may take another time. */
  public static void onExit(Runnable stop, Duration longest) {
    var once = new FutureTask<@Nullable Void>(stop, null);
    Runnable stopOnce = () -> runOnce(once);
    SIGNALS.forEach((signal, exitCode) -> onSignal(signal, exitCode, stopOnce, longest));
    Runtime.getRuntime()
        .addShutdownHook(Thread.ofPlatform().name("stop").unstarted(() -> keep(stopOnce, longest)));
  }

  /** Runs it, or waits until it has run. */
  private static void runOnce(FutureTask<@Nullable Void> stop) {
    stop.run();
    try {
      stop.get();
    } catch (ExecutionException e) {
      LOG.warn("This process did not stop properly.", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void onSignal(String name, int exitCode, Runnable stop, Duration longest) {
    try {
      var signal = Class.forName("sun.misc.Signal");
      var handler = Class.forName("sun.misc.SignalHandler");
      InvocationHandler handles =
          (proxy, method, arguments) ->
              switch (method.getName()) {
                case "handle" -> {
                  signalled = exitCode;
                  keep(stop, longest);
                  Runtime.getRuntime().exit(exitCode);
                  yield null;
                }
                case "hashCode" -> name.hashCode();
                case "equals" -> false; // nobody compares handlers
                default -> name + " stops this process";
              };
      var ours =
          Proxy.newProxyInstance(
              StopDeadline.class.getClassLoader(), new Class<?>[] {handler}, handles);
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance(name), ours);
    } catch (ReflectiveOperationException e) {
      LOG.info("SIG{} is left to the JVM: {}", name, String.valueOf(e.getCause()));
    }
  }

  /** Stops it; a process that has not stopped in time ends all the same. */
  public static void keep(Runnable stop, Duration longest) {
    var stopped = new CountDownLatch(1);
    Thread.ofPlatform().daemon().name("stop-deadline").start(() -> haltUnless(stopped, longest));
    stop.run();
    stopped.countDown();
  }

  private static void haltUnless(CountDownLatch stopped, Duration longest) {
    try {
      if (!stopped.await(longest.toMillis(), TimeUnit.MILLISECONDS)) {
        Runtime.getRuntime().halt(EXIT_FAILED);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
