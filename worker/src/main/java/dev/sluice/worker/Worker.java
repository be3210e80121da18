package dev.sluice.worker;

import dev.sluice.platform.artifact.ArtifactStore;
import dev.sluice.platform.cluster.ClusterCheck;
import dev.sluice.platform.cluster.Rights;
import dev.sluice.platform.cluster.Topics;
import dev.sluice.platform.config.ConfigProblem;
import dev.sluice.platform.kafka.KafkaSchemas;
import dev.sluice.platform.kafka.KafkaSettings;
import dev.sluice.platform.kafka.PassedOver;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.WorkerLife;
import dev.sluice.worker.accelerator.Accelerator;
import dev.sluice.worker.broker.SenderThreads;
import dev.sluice.worker.engine.OnnxEngine;
import dev.sluice.worker.engine.TorchEngine;
import dev.sluice.worker.exchange.GradientLog;
import dev.sluice.worker.exchange.JobFollower;
import dev.sluice.worker.exchange.KafkaExchange;
import dev.sluice.worker.fleet.Heartbeat;
import dev.sluice.worker.fleet.IdClaim;
import dev.sluice.worker.loop.ComputeLoop;
import dev.sluice.worker.loop.Doorbell;
import dev.sluice.worker.loop.Engines;
import dev.sluice.worker.loop.Inbox;
import dev.sluice.worker.loop.Tools;
import dev.sluice.worker.natives.NativeLibraries;
import dev.sluice.worker.natives.NativesUnavailable;
import dev.sluice.worker.queue.TaskQueue;
import dev.sluice.worker.report.Controls;
import dev.sluice.worker.report.LaneClaim;
import dev.sluice.worker.report.Reports;
import dev.sluice.worker.serve.RowsQueue;
import dev.sluice.worker.tasks.Files;
import dev.sluice.worker.tasks.Models;
import dev.sluice.worker.tasks.ResultLog;
import dev.sluice.worker.trial.ChildTrials;
import dev.sluice.worker.trial.TriedTraining;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A worker: takes tasks of one lane, computes them one step or batch at a time, and reports.
 *
 * <p>Its threads: {@code intake} holds tasks, {@code compute} computes, {@code parameters} follows
 * parameters, {@code controls} follows what the ledger wants, {@code heartbeat} says that it is
 * there; {@code rows} and {@code answers} do tasks that have their rows themselves.
 */
public final class Worker implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(Worker.class);

  /** What answers small jobs keeps fewer models loaded. */
  private static final int ROWS_CACHE_PART = 4;

  /** How often the threads that send are looked at. */
  private static final long SENDERS_MS = 1_000;

  private static final Duration PRODUCER_CLOSE_MAX = Duration.ofSeconds(5);

  /** libtorch needs more than the usual 1 MiB while it is loaded, and overflows it silently. */
  private static final long ENGINE_STACK_BYTES = 8L << 20;

  private final WorkerConfig config;
  private final WorkerLife who;
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private @Nullable ComputeLoop loop;
  private @Nullable TaskQueue intake;
  private @Nullable RowsQueue rows;
  private @Nullable Thread compute;
  private volatile @Nullable Heartbeat heartbeat;
  private @Nullable SenderThreads senders;
  private volatile boolean closed;

  private Worker(WorkerConfig config) {
    this.config = config;
    this.who = config.process(host(), ProcessHandle.current().pid());
  }

  /**
   * Starts a worker; it runs until it is closed.
   *
   * @throws KafkaException where the brokers cannot be used
   * @throws Topics.TopicsUnavailable where the topics cannot be used
   * @throws ConfigProblem where the lane is for another accelerator, or the catalogue has changed
   *     and lacks it
   * @throws NativesUnavailable where the engines' libraries can't be unpacked or loaded
   * @throws LaneClaim.LaneUnconfirmed where no coordinator knows the lane
   * @throws InterruptedException where the start was interrupted
   */
  public static Worker start(WorkerConfig config) throws InterruptedException {
    var worker = new Worker(config);
    try {
      worker.open();
      return worker;
    } catch (RuntimeException | InterruptedException | Error e) {
      worker.close();
      throw e;
    }
  }

  private void open() throws InterruptedException {
    var kafka = KafkaSettings.of(config.bootstrapServers());
    // Before anything is unpacked or loaded: brokers that can't serve end this process.
    var inLane = new Rights(true, List.of(), List.of(Topic.shareGroup(config.lane())), List.of());
    ClusterCheck.require(
        kafka, config.replication(), inLane, Duration.ofMillis(config.startMsMax()));
    // Each takes a second or so, and neither needs the other.
    var trials = new ChildTrials(config.trialLimits());
    var loading = new FutureTask<>(() -> engines(trials));
    Thread.ofPlatform().name("engines").stackSize(ENGINE_STACK_BYTES).daemon().start(loading);
    var topics = new Topics(kafka, keep(Admin.create(kafka.admin())), (short) config.replication());
    var partitions = topics(topics);
    var codec = new Codec(keep(KafkaSchemas.start(kafka)));
    var claim = config.id().isEmpty() ? null : keep(claim(kafka, codec));
    var bell = new Doorbell();
    var passedOver = keep(new PassedOver(kafka, codec));
    // Read while the engines are loaded and the lane is claimed.
    var controls =
        keep(
            new Controls(
                kafka,
                count(partitions, Topic.JOB_FACTS),
                codec,
                passedOver,
                bell::ring,
                this::failed));
    var engines = loaded(loading);
    var engine = engines.fingerprint();
    // Before anybody hears of this engine, as tasks that need it go there from then on.
    topics.ensureLane(Topic.queue(config.lane(), engine));
    topics.ensureLane(Topic.rowsQueue(config.lane()));
    var accelerator = Accelerator.of(config.model());
    var inbox = new Inbox(bell);

    var reports = new Reports(producer(kafka.controlProducer()), codec, who, engine);
    LaneClaim.make(
        kafka,
        codec,
        reports,
        config.lane(),
        config.accelerator(),
        Duration.ofMillis(config.startMsMax()));
    // Whatever fills its buffer while brokers are slow must not hold up reports.
    var bulk = producer(kafka.contributionProducer());
    var files = Files.in(keep(new ArtifactStore(kafka, codec, bulk)));
    var results = new ResultLog(bulk, codec, count(partitions, Topic.RESULTS));
    var gradients =
        new GradientLog(bulk, codec, count(partitions, Topic.GRADIENTS), who.worker(), engine);
    var follower =
        keep(
            new JobFollower(
                kafka,
                codec,
                passedOver,
                gradients,
                count(partitions, Topic.PARAMETERS),
                config.attachRetryMs(),
                bell::ring,
                this::failed));
    if (!controls.awaitCaughtUp(Duration.ofMillis(config.startMsMax()))) {
      throw new KafkaException(
          "what is known of running jobs could not be read within " + config.startMsMax() + " ms");
    }

    var identity = identity(engine, accelerator);
    if (claim != null) {
      awaitAlone(claim, () -> Heartbeat.turnedAway(kafka, codec, identity));
    }
    var scope =
        new TaskQueue.Scope(config.lane(), engine, config.heldTasksMax(), config.schemaWaitMs());
    var queue = keep(new TaskQueue(kafka, codec, scope, controls, reports, inbox, this::failed));
    var small = keep(rows(kafka, codec, engines, trials, files, accelerator));
    var tools =
        new Tools(
            engines,
            trials,
            files,
            new KafkaExchange(gradients, follower),
            results,
            reports.tasks(),
            controls.jobs());
    var manner =
        new ComputeLoop.Manner(
            who.worker(),
            accelerator,
            config.stallMs(),
            config.lingerMs(),
            config.exportWaitMs(),
            config.cacheBytes(Runtime.getRuntime().maxMemory()));
    var computing = new ComputeLoop(manner, tools, queue, inbox, bell);
    loop = computing;
    intake = queue;
    rows = small;
    compute = Thread.ofPlatform().name("compute").daemon().start(() -> compute(computing));
    heartbeat =
        new Heartbeat(
            kafka,
            codec,
            identity,
            config.heartbeatMs(),
            () -> computing.activity().and(small.finished(), small.answered()),
            this::failed);
    senders = SenderThreads.ofThisProcess();
    LOG.info("Worker {} serves lane {} with {}.", who.worker(), config.lane(), engine);
    if (accelerator.modelled()) {
      LOG.info(
          "{} is modelled: tasks are computed on this host's processor under its constraints.",
          config.accelerator());
    }
  }

  /** What takes and answers tasks that have their rows themselves. */
  private RowsQueue rows(
      KafkaSettings kafka,
      Codec codec,
      Engines engines,
      ChildTrials trials,
      Files files,
      Accelerator accelerator) {
    // Large answers fill a buffer of their own.
    var producer = producer(kafka.burstProducer());
    var models =
        new Models(
            files,
            engines.training(),
            engines.inference(),
            trials,
            config.cacheBytes(Runtime.getRuntime().maxMemory()) / ROWS_CACHE_PART);
    return RowsQueue.join(
        kafka,
        codec,
        config.lane(),
        config.schemaWaitMs(),
        RowsQueue.tools(
            kafka,
            codec,
            models,
            accelerator,
            new Reports(producer, codec, who, engines.fingerprint()),
            producer::flush),
        ENGINE_STACK_BYTES,
        this::failed);
  }

  private static Engines engines(ChildTrials trials) {
    // Here, and not in the engine's static initialiser, what is wrong with them can be said.
    NativeLibraries.load();
    return new Engines(new TriedTraining(new TorchEngine(), trials), new OnnxEngine());
  }

  private static Engines loaded(FutureTask<Engines> loading) throws InterruptedException {
    try {
      return loading.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException failure -> throw failure;
        case Error error -> throw error;
        case null, default -> throw new IllegalStateException("the engines can't be loaded", e);
      }
    }
  }

  private Map<Topic, Integer> topics(Topics topics) {
    topics.ensureLane(config.lane());
    var partitions = topics.ensure();
    keep(topics.watch(this::unfit));
    return partitions;
  }

  private static int count(Map<Topic, Integer> partitions, Topic topic) {
    return partitions.getOrDefault(topic, topic.partitions());
  }

  private Producer<String, byte[]> producer(Map<String, Object> settings) {
    var producer = new KafkaProducer<String, byte[]>(settings);
    opened.push(() -> producer.close(PRODUCER_CLOSE_MAX));
    return producer;
  }

  private <T extends AutoCloseable> T keep(T part) {
    opened.push(part);
    return part;
  }

  private Heartbeat.Identity identity(String engine, Accelerator accelerator) {
    return new Heartbeat.Identity(
        who,
        config.lane(),
        config.accelerator(),
        accelerator.modelled(),
        engine,
        host(),
        ProcessHandle.current().pid(),
        ProcessHandle.current().info().startInstant().map(Instant::toEpochMilli).orElse(0L),
        System.nanoTime());
  }

  private IdClaim claim(KafkaSettings kafka, Codec codec) {
    return new IdClaim(kafka, codec, who, config.heartbeatMs(), this::taken, this::failed);
  }

  private void awaitAlone(IdClaim claim, Runnable turnedAway) throws InterruptedException {
    try {
      claim.awaitAlone(Duration.ofMillis(config.startMsMax()));
    } catch (ConfigProblem e) {
      turnedAway.run();
      throw e;
    }
  }

  /** Another process has this worker's id; while this one starts, the start says so. */
  private void taken(Cause cause) {
    var beats = heartbeat;
    if (beats != null) {
      beats.taken();
      if (failure.compareAndSet(null, new ConfigProblem(List.of(cause)))) {
        LOG.error("{} {} {}", cause.what(), cause.why(), cause.mend());
      }
      ended.countDown();
    }
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }

  private void compute(ComputeLoop computing) {
    try {
      computing.run();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      failed(Thread.currentThread(), e);
    } finally {
      ended.countDown();
    }
  }

  /** Whatever tasks and brokers can cause is caught before: this process can't be trusted now. */
  void failed(Thread thread, Throwable why) {
    LOG.error("Thread {} has failed; this worker stops: {}", thread.getName(), why.toString(), why);
    failure.set(why);
    ended.countDown();
  }

  /** What is read and written from now on may be another's. */
  private void unfit(Topics.TopicsUnavailable why) {
    LOG.error("This worker stops: {}", why.getMessage());
    failure.set(why);
    ended.countDown();
  }

  /** Worker id. */
  public String id() {
    return who.worker();
  }

  /**
   * Waits until the worker has stopped computing.
   *
   * @return why it did without having been told to; null where it was closed
   */
  public @Nullable Throwable awaitEnd() throws InterruptedException {
    while (!ended.await(SENDERS_MS, TimeUnit.MILLISECONDS)) {
      var dead = senders == null ? Optional.<Thread>empty() : senders.ended();
      if (dead.isPresent() && !closed) {
        failed(dead.get(), new IllegalStateException("it has ended, and sends nothing any more"));
      }
    }
    return failure.get();
  }

  /**
   * Leaves: says so, takes nothing more, ends what it computes and its terms where they are, gives
   * back the rest, and removes itself from the fleet. Closing twice does nothing more.
   */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (heartbeat != null) {
      heartbeat.leaving();
    }
    if (loop != null && compute != null && intake != null) {
      leave(intake, loop, compute);
    }
    // The last one opened first: tasks are given back before the clients that report are closed.
    opened.forEach(this::closePart);
    if (heartbeat != null) {
      heartbeat.close();
    }
    LOG.info("Worker {} has left.", who.worker());
    ended.countDown();
  }

  /** Whether it computes, as it still may after it was closed. */
  boolean computes() {
    var thread = compute;
    return thread != null && thread.isAlive();
  }

  private void leave(TaskQueue queue, ComputeLoop computing, Thread thread) {
    try {
      if (rows != null) {
        rows.leave();
      }
      queue.leave();
      computing.leave();
      if (!thread.join(Duration.ofMillis(Math.max(1, config.leaveMsMax())))) {
        LOG.info("The task in hand is not done after {} ms: others get it.", config.leaveMsMax());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void closePart(AutoCloseable part) {
    try {
      part.close();
    } catch (Exception e) {
      LOG.warn("Closing {} failed: {}", part.getClass().getSimpleName(), e.getMessage());
    }
  }
}
