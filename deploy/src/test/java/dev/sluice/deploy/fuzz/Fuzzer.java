package dev.sluice.deploy.fuzz;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs cases of targets. Each case has a thread's undivided attention, a deadline and a bound on
 * what it may allocate; whatever it throws is a finding.
 */
final class Fuzzer {
  /** A megabyte of input may become some hundred of objects, but not gigabytes. */
  private static final long BYTES_MAX = 256L << 20;

  private static final long STACK_BYTES = 1L << 20;

  /** Of a target: the rest is as a rule the same again. */
  private static final int FINDINGS_MAX = 3;

  private static final int PERCENT = 100;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /**
   * A case that went wrong.
   *
   * @param target of which
   * @param number of the case
   * @param what went wrong
   * @param thrown by the reader, where it threw
   */
  record Finding(String target, long number, String what, @Nullable Throwable thrown) {}

  private final long seed;
  private final long msMax;
  private final List<Finding> findings = new ArrayList<>();
  private volatile boolean done;
  private volatile String target = "";
  private volatile long number;
  private volatile long beganNanos;

  /**
   * @param seed of all cases
   * @param msMax longest time of a case: far more than any needs on a busy machine
   */
  Fuzzer(long seed, long msMax) {
    this.seed = seed;
    this.msMax = msMax;
  }

  /** Runs the share of every target of so many cases. */
  List<Finding> run(List<? extends FuzzTarget> targets, long cases) throws InterruptedException {
    return onThread(
        () -> {
          for (var one : targets) {
            long own = Math.max(1, cases * one.share() / PERCENT);
            int before = findings.size();
            for (long at = 0; at < own && findings.size() < before + FINDINGS_MAX; at++) {
              attempt(one, at);
            }
          }
        });
  }

  /** Runs one case again. */
  List<Finding> again(FuzzTarget one, long at) throws InterruptedException {
    return onThread(() -> attempt(one, at));
  }

  /** How to run a case again. */
  String replay(Finding finding) {
    return String.format(
        Locale.ROOT,
        "deploy/fuzz --seed %d --target %s --case %d: %s",
        seed,
        finding.target,
        finding.number,
        finding.what);
  }

  private List<Finding> onThread(Runnable cases) throws InterruptedException {
    var ended = new CountDownLatch(1);
    beganNanos = System.nanoTime();
    // The stack is that of the threads that read in production.
    var thread =
        new Thread(
            null,
            () -> {
              try {
                cases.run();
                done = true;
              } finally {
                ended.countDown();
              }
            },
            "fuzz",
            STACK_BYTES);
    thread.setDaemon(true);
    thread.start();
    while (!ended.await(1, TimeUnit.SECONDS)) {
      long ms = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beganNanos);
      if (ms > msMax) {
        var where = Arrays.stream(thread.getStackTrace()).limit(12).toList();
        var hung = new ArrayList<>(List.copyOf(findings));
        hung.add(new Finding(target, number, "it hangs, " + ms + " ms now, in " + where, null));
        return hung;
      }
    }
    if (!done) {
      throw new IllegalStateException("the fuzzer itself has failed at " + target + " " + number);
    }
    return findings;
  }

  private void attempt(FuzzTarget one, long at) {
    target = one.name();
    number = at;
    beganNanos = System.nanoTime();
    long before = THREADS.getCurrentThreadAllocatedBytes();
    try {
      one.attempt(new Dice(seed, one.name(), at));
    } catch (Exception | Error thrown) {
      findings.add(new Finding(one.name(), at, "it throws " + thrown, thrown));
      return;
    }
    long allocated = THREADS.getCurrentThreadAllocatedBytes() - before;
    if (allocated > BYTES_MAX) {
      findings.add(
          new Finding(
              one.name(),
              at,
              String.format(Locale.ROOT, "it allocates %,d bytes", allocated),
              null));
    }
  }
}
