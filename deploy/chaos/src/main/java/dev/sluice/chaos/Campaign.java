package dev.sluice.chaos;

import dev.sluice.chaos.Load.Task;
import dev.sluice.chaos.LocalCluster.Size;
import dev.sluice.chaos.PlannedFault.Action;
import dev.sluice.chaos.PlannedFault.Kind;
import dev.sluice.chaos.RecoveryWitnesses.Timed;
import dev.sluice.deploy.standalone.StandaloneOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * One run: a cluster is started, jobs run without faults, then the same jobs run while faults
 * happen; once every process runs again, what must hold is checked.
 *
 * <p>At most one broker is away at a time, so that two of three copies are there: what was
 * acknowledged is promised to survive that. Of everything else, any number may be away.
 */
final class Campaign implements AutoCloseable {

  private static final Duration START_MAX = Duration.ofMinutes(2);
  private static final Duration WHOLE_MAX = Duration.ofMinutes(3);

  /** A recovery that takes longer is not timed; what it leads to is seen in the jobs. */
  private static final Duration RECOVERED_MAX = Duration.ofSeconds(12);

  /** Longest wait until a worker has something to lose. */
  private static final Duration AT_WORK_MAX = Duration.ofSeconds(5);

  private static final Duration POLL = Duration.ofMillis(50);

  private final Options options;
  private final Consumer<String> news;
  private final LocalCluster members;
  private final Recoveries recoveries = new Recoveries();
  private final Map<String, Integer> byKind = new TreeMap<>();
  private final List<String> endedByThemselves = new ArrayList<>();
  private final List<String> violations = Collections.synchronizedList(new ArrayList<>());
  private final Disturbances disturbances = new Disturbances();
  private final List<Joined> joined = Collections.synchronizedList(new ArrayList<>());
  private final AtomicInteger undone = new AtomicInteger();
  private final ScheduledExecutorService undoing =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("undo").daemon().factory());
  private final CountDownLatch closing = new CountDownLatch(1);
  private boolean supervising;
  private int faults;

  /**
   * What a run is to be like.
   *
   * @param size the cluster
   * @param seed seed of the plan
   * @param faults how many
   * @param within time after which no further fault begins
   * @param directory for data and logs; empty
   */
  record Options(Size size, long seed, int faults, Duration within, Path directory) {}

  /** A worker that was started in the place of one that a fault had ended. */
  private record Joined(String worker, int fault) {}

  /**
   * @param options what it is to be like
   * @param news is told what happens, a line at a time
   */
  Campaign(Options options, Consumer<String> news) {
    this.options = options;
    this.news = news;
    this.members = new LocalCluster(options.directory, options.size);
  }

  /**
   * Runs it.
   *
   * @throws Producers.Unavailable where the cluster can't run jobs without faults
   */
  Report run() throws Producers.Unavailable, InterruptedException, IOException {
    Files.createDirectories(options.directory.resolve("tmp"));
    try (var producers = new Producers(members.servers());
        var brokers = new BrokerAdmin(members.kafka(), members.nodes())) {
      start(brokers);
      ready(producers);
      var load = new Load(producers, "chaos-" + options.seed);
      var models = peace(producers, load);
      try (var tasks = new TaskLog(members.kafka());
          var owners = new Owners(members.kafka());
          var probe = new StallProbe(members.kafka(), brokers.nodes())) {
        long beginNanos = System.nanoTime();
        chaos(new RecoveryWitnesses(members, tasks, owners, load, probe), brokers);
        news.accept("No more faults. Waiting for the jobs in hand.");
        inSync(brokers);
        load.end();
        double seconds = (System.nanoTime() - beginNanos) / 1e9;
        joined.forEach(joined -> recordJoin(joined, tasks));
        violations.addAll(load.violations());
        violations.addAll(LoggedEndings.check(members.kafka(), load.acknowledged()));
        violations.addAll(new Versions(producers).check());
        return new Report(
            options.seed,
            faults,
            byKind,
            load.acknowledged().size(),
            load.rows(),
            models,
            recoveries.lines(),
            endedByThemselves,
            violations,
            seconds);
      }
    }
  }

  private void start(BrokerAdmin brokers) throws InterruptedException {
    news.accept(
        "Starting " + members.all().size() + " processes, their logs in " + options.directory);
    members.of(Kind.BROKER).forEach(Member::start);
    started("not all brokers are up", await(brokers::up, START_MAX));
    members.of(Kind.COORDINATOR).forEach(Member::start);
    members.of(Kind.PRODUCER).forEach(Member::start);
    members.of(Kind.WORKER).forEach(Member::start);
    started("not all copies are in sync", await(brokers::inSync, START_MAX));
    supervising = true;
  }

  private static void started(String otherwise, boolean inTime) {
    if (!inTime) {
      throw new IllegalStateException(otherwise + " after " + START_MAX.toSeconds() + " s");
    }
  }

  /** Returns when every worker was heard of. */
  private void ready(Producers producers) throws Producers.Unavailable, InterruptedException {
    long deadline = System.nanoTime() + START_MAX.toNanos();
    producers.call(
        client ->
            client.declareLane(
                LocalCluster.LANE, StandaloneOptions.ACCELERATOR, 0, options.size.workers()));
    while (producers.call(client -> client.fleet()).size() < options.size.workers()) {
      started("not all workers are up", System.nanoTime() < deadline);
      pause(POLL.toMillis());
    }
  }

  /** Each job once without faults; then clients that run them over and over. */
  private Map<String, String> peace(Producers producers, Load load)
      throws Producers.Unavailable, InterruptedException {
    var jobs = new CampaignJobs(producers);
    var models = new HashMap<String, String>();
    var training = List.of(jobs.digits(), jobs.wide());
    for (var task : training) {
      var ended = load.inPeace(task);
      models.put(task.name(), ended.bits());
      news.accept("In peace, %s has %s".formatted(task.name(), ended.bits()));
    }
    var inference = new ArrayList<Task>(jobs.inference());
    for (var task : inference) {
      load.inPeace(task);
    }
    training.forEach(load::keepRunning);
    inference.forEach(load::keepRunning);
    return models;
  }

  private void chaos(RecoveryWitnesses witnesses, BrokerAdmin brokers)
      throws InterruptedException, IOException {
    long endNanos = System.nanoTime() + options.within.toNanos();
    int begun = 0;
    var timed = List.<Timed>of();
    for (var fault : FaultPlan.of(options.seed, options.faults)) {
      if (System.nanoTime() > endNanos) {
        violations.add(
            String.format(
                Locale.ROOT,
                "only %d of %d faults happened within %d min",
                faults,
                options.faults,
                options.within.toMinutes()));
        break;
      }
      pause(fault.pauseMs());
      restartThoseThatEnded();
      boolean calm = fault.alone() || fault.kind() == Kind.BROKER;
      if (calm) {
        int all = begun;
        await(() -> undone.get() >= all, WHOLE_MAX);
      }
      // What happens now otherwise falls into the recovery before it.
      record(timed, fault.alone() ? RECOVERED_MAX : Duration.ZERO);
      timed = List.of();
      if (calm && !inSync(brokers)) {
        continue;
      }
      if (fault.kind() == Kind.BROKER) {
        brokers.balance();
      }
      if (fault.action() == Action.FILL && !Member.canFill()) {
        news.accept("There is no prlimit, which plays a full disk: one fault less.");
        continue;
      }
      // Those of earlier faults that are still away come back.
      await(() -> !members.up(fault.kind()).isEmpty(), WHOLE_MAX);
      var candidates = members.up(fault.kind());
      if (candidates.isEmpty()) {
        news.accept("Nobody is left of kind " + fault.kind().word() + ": one fault less.");
        continue;
      }
      var victim = candidates.get(fault.choice() % candidates.size());
      if (fault.kind() == Kind.WORKER) {
        await(() -> witnesses.hasTasks(victim), AT_WORK_MAX);
      }
      boolean alone = undone.get() >= begun;
      begun++;
      var measured = strike(fault, victim, witnesses);
      timed = alone ? measured : List.of();
    }
    int all = begun;
    await(() -> undone.get() >= all, WHOLE_MAX);
    record(timed, RECOVERED_MAX);
  }

  /** Does what is planned, and makes sure that it is undone. */
  private List<Timed> strike(PlannedFault fault, Member victim, RecoveryWitnesses witnesses)
      throws IOException {
    var watched = witnesses.watch(fault, victim);
    int number = disturbances.begin(System.currentTimeMillis());
    faults++;
    byKind.merge(fault.kind().word() + " " + fault.action().done(), 1, Integer::sum);
    news.accept(
        String.format(Locale.ROOT, "%4d  %s %s", faults, victim.name(), fault.action().done()));
    try {
      strike(fault, victim, number);
      return watched;
    } catch (IllegalStateException | UncheckedIOException e) {
      violations.add("%s could not be struck: %s".formatted(victim.name(), e.getMessage()));
      undone(number);
      return List.of();
    }
  }

  private void strike(PlannedFault fault, Member victim, int number) {
    switch (fault.action()) {
      case KILL -> {
        victim.kill();
        undo(fault, number, () -> start(victim, number));
      }
      case FILL -> {
        if (!victim.fill()) {
          violations.add(victim.name() + " did not end when it could write no more");
        }
        undo(fault, number, () -> start(victim, number));
      }
      case HANG -> {
        victim.hang();
        undo(fault, number, victim::goOn);
      }
      case RESTART ->
          undo(
              fault,
              number,
              () -> {
                if (!victim.end()) {
                  violations.add(
                      String.format(
                          Locale.ROOT,
                          "%s did not end well when it was told to: its code is %d",
                          victim.name(),
                          victim.exitCode()));
                }
                start(victim, number);
              });
    }
  }

  private void undone(int number) {
    disturbances.end(number, System.currentTimeMillis());
    undone.incrementAndGet();
  }

  private void undo(PlannedFault fault, int number, Runnable undo) {
    var _ =
        undoing.schedule(
            () -> {
              try {
                undo.run();
              } catch (RuntimeException e) {
                violations.add("a fault could not be undone: " + e.getMessage());
              } finally {
                undone(number);
              }
            },
            fault.lastsMs(),
            TimeUnit.MILLISECONDS);
  }

  private void start(Member victim, int number) {
    victim.start();
    if (victim.kind() == Kind.WORKER) {
      joined.add(new Joined(victim.id(), number));
    }
  }

  private void recordJoin(Joined joined, TaskLog tasks) {
    tasks
        .firstTask(joined.worker)
        .filter(first -> disturbances.none(first.readyMs(), first.begunMs(), joined.fault))
        .ifPresent(first -> recoveries.add(Recoveries.JOIN, first.begunMs() - first.readyMs()));
  }

  private void record(List<Timed> recoveries, Duration within)
      throws InterruptedException, IOException {
    long deadline = System.nanoTime() + within.toNanos();
    for (var timed : recoveries) {
      var ms = timed.recovered().ms();
      while (ms.isEmpty() && System.nanoTime() < deadline) {
        pause(POLL.toMillis());
        restartThoseThatEnded();
        ms = timed.recovered().ms();
      }
      if (ms.isPresent()) {
        this.recoveries.add(timed.what(), ms.getAsLong());
        news.accept(
            String.format(Locale.ROOT, "      %.2f s  %s", ms.getAsLong() / 1000.0, timed.what()));
      }
    }
  }

  /** Starts processes again that ended by themselves, as a supervisor would, and reports it. */
  private void restartThoseThatEnded() {
    for (var member : members.all()) {
      if (supervising && member.endedByItself()) {
        var what =
            String.format(
                Locale.ROOT, "%s ended by itself with code %d", member.name(), member.exitCode());
        news.accept("      " + what);
        endedByThemselves.add(what);
        member.start();
      }
    }
  }

  /** A further fault could take a record's last copy away, which is not promised to survive. */
  private boolean inSync(BrokerAdmin brokers) throws InterruptedException {
    if (await(brokers::inSync, WHOLE_MAX)) {
      return true;
    }
    var what = "not all copies are in sync again after " + WHOLE_MAX.toSeconds() + " s";
    news.accept("      " + what);
    violations.add(what);
    return false;
  }

  private void pause(long ms) throws InterruptedException {
    if (closing.await(ms, TimeUnit.MILLISECONDS)) {
      throw new InterruptedException("closed");
    }
  }

  private interface Condition {
    boolean holds() throws InterruptedException;
  }

  /** Whether a condition holds within a time. */
  private boolean await(Condition condition, Duration within) throws InterruptedException {
    long deadline = System.nanoTime() + within.toNanos();
    while (!condition.holds()) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      pause(POLL.toMillis());
      restartThoseThatEnded();
    }
    return true;
  }

  @Override
  public void close() {
    closing.countDown();
    undoing.shutdownNow();
    members.close();
  }
}
