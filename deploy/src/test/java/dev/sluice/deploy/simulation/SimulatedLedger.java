package dev.sluice.deploy.simulation;

import dev.sluice.coordinator.ledger.ClosedJob;
import dev.sluice.coordinator.ledger.Decision;
import dev.sluice.coordinator.ledger.Effect;
import dev.sluice.coordinator.ledger.LedgerState;
import dev.sluice.coordinator.ledger.PublishedModels;
import dev.sluice.coordinator.placement.Fleet;
import dev.sluice.coordinator.runtime.LedgerShard;
import dev.sluice.coordinator.runtime.LedgerStore;
import dev.sluice.coordinator.runtime.Unavailable;
import dev.sluice.schemas.topics.StateKeys;
import dev.sluice.schemas.wire.DeadLetter;
import dev.sluice.schemas.wire.DeadlineReached;
import dev.sluice.schemas.wire.EndedJobs;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.JobFacts;
import dev.sluice.schemas.wire.JobRecord;
import dev.sluice.schemas.wire.LedgerCursor;
import dev.sluice.schemas.wire.ModelEntry;
import dev.sluice.schemas.wire.ModelResolved;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.StoredState;
import dev.sluice.schemas.wire.Submitted;
import dev.sluice.schemas.wire.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** What a ledger partition writes, in transactions of the simulated brokers. */
final class SimulatedLedger implements LedgerStore, LedgerShard.Surroundings {

  private static final int FULL_ONE_IN = 20;

  private final World world;
  private final int partition;
  private final String name;
  private final List<Task> dispatched = new ArrayList<>();
  private final List<String> told = new ArrayList<>();
  private final List<JobFacts> known = new ArrayList<>();
  private final List<StoredState> written = new ArrayList<>();
  private Transactions.@Nullable Producer producer;
  private boolean archives;
  private long next;

  SimulatedLedger(World world, int partition) {
    this.world = world;
    this.partition = partition;
    name = world.nameOf("ledger-" + partition);
  }

  /** Who it is on the network. */
  String name() {
    return name;
  }

  private String transactionalId() {
    return world.mutation == Mutation.ZOMBIE_LEDGER ? name : "ledger-" + partition;
  }

  @Override
  public void fence() {
    if (world.mutation != Mutation.STATES_READ_BEFORE_FENCING) {
      producer = world.transactions.init(transactionalId());
    }
  }

  @Override
  public Bounds load(LedgerState into) {
    world.kept.states(partition).values().stream()
        .filter(
            state ->
                world.mutation != Mutation.LAST_NUMBER_FORGOTTEN || !(state instanceof ModelEntry))
        .forEach(into::apply);
    world.kept.facts(partition).values().forEach(into::apply);
    if (world.mutation == Mutation.GROUP_OFFSETS_TRUSTED) {
      into.apply(new LedgerCursor(world.polled(partition), -1));
    }
    if (world.mutation == Mutation.STATES_READ_BEFORE_FENCING) {
      world.elsewhere();
      producer = world.transactions.init(transactionalId());
    }
    var log = world.jobs(partition);
    return new Bounds(log.beginning(), log.stable());
  }

  @Override
  public void lost(String what) {
    throw new InvariantBroken("no record of sluice.jobs is lost", what, null);
  }

  @Override
  public ModelVersion version(String model, int version) {
    var key = StateKeys.version(model, version);
    if (world.kept.states(partition).get(key) instanceof ModelVersion stored) {
      return stored;
    }
    if (producer().isFenced()) {
      throw new Unavailable("another has partition " + partition);
    }
    throw new InvariantBroken("a version that the ledger knows is stored", key, null);
  }

  private Transactions.Producer producer() {
    if (producer == null) {
      throw new AssertionError(name + " writes before it has fenced");
    }
    return producer;
  }

  @Override
  public String progress() {
    return "";
  }

  private void forgetBatch() {
    dispatched.clear();
    told.clear();
    known.clear();
    written.clear();
  }

  @Override
  public void begin() {
    forgetBatch();
    archives = false;
    producer().begin();
  }

  /** Now and then a transaction is full before a batch is at its end. */
  @Override
  public long bytes() {
    return !archives && world.random.nextInt(FULL_ONE_IN) == 0 ? Long.MAX_VALUE : 0;
  }

  @Override
  public void write(Decision decision) {
    if (world.mutation != Mutation.FACTS_NOT_STORED) {
      decision.facts().values().forEach(this::know);
    }
    written.addAll(decision.changes().values());
    decision
        .changes()
        .forEach((key, change) -> world.kept.store(producer(), partition, key, change));
    decision.removals().forEach(key -> world.kept.remove(producer(), partition, key));
    decision.predictions().values().forEach(e -> world.kept.end(producer(), partition, e));
    decision.effects().forEach(this::carryOut);
  }

  private void know(JobFacts fact) {
    known.add(fact);
    world.kept.know(producer(), partition, fact);
  }

  private void carryOut(Effect effect) {
    switch (effect) {
      case Effect.Dispatch dispatch -> dispatched.add(dispatch.task());
      case Effect.Tell(var key, ModelResolved answer) when answer.model() != null ->
          told.add(StateKeys.of(answer.model()));
      default -> {}
    }
    world.carryOut(producer(), effect);
  }

  @Override
  public void forward(String key, JobRecord record) {
    throw new AssertionError(key + " is in partition " + partition);
  }

  @Override
  public void bury(String kind, DeadLetter letter, @Nullable RuntimeException why) {
    throw new InvariantBroken("every record can be decided on", String.valueOf(why), why);
  }

  @Override
  public void archive(List<ClosedJob> jobs, List<EndedJobs> remembered, long leftMs) {
    archives = true;
    if (world.mutation != Mutation.ENDED_NOT_REMEMBERED) {
      remembered.forEach(record -> world.kept.remember(producer(), record, true));
    }
    jobs.forEach(job -> world.kept.archive(producer(), partition, job));
  }

  @Override
  public void remember(List<EndedJobs> remembered) {
    if (world.mutation != Mutation.ANSWERED_NOT_REMEMBERED) {
      remembered.forEach(record -> world.kept.remember(producer(), record, true));
    }
  }

  @Override
  public @Nullable Submitted submitted(long offset) {
    var record = world.jobs(partition).committed((int) offset);
    return record != null && record.event() instanceof Submitted submitted ? submitted : null;
  }

  @Override
  public PublishedModels models() {
    return world.models;
  }

  @Override
  public void forget(List<EndedJobs> old) {
    old.forEach(record -> world.kept.remember(producer(), record, false));
  }

  @Override
  public void remove(String jobId) {
    throw new AssertionError("no fact of " + jobId + " is lost here");
  }

  @Override
  public void cursor(LedgerCursor next) {
    this.next = next.nextOffset();
    world.kept.store(producer(), partition, "cursor", next);
    world.poll(partition, (int) next.nextOffset());
  }

  @Override
  public void commit() {
    // What this very transaction removes was still there when it was told of.
    told.removeIf(key -> !world.invariants.isRemoved(key));
    boolean committed = producer().commit();
    if (!committed && world.mutation != Mutation.REFUSED_COMMIT_IGNORED) {
      throw new Unavailable("another has partition " + partition);
    }
    dispatched.forEach(world.invariants::dispatched);
    told.forEach(world.invariants::toldOfRemoved);
    if (committed) {
      world.invariants.committed(known, written);
      world.kept.decided(partition, next);
    }
    forgetBatch();
  }

  @Override
  public void close() {
    if (producer != null) {
      producer.abort();
    }
  }

  @Override
  public Fleet fleet() {
    return world.fleetSeen();
  }

  @Override
  public boolean settled() {
    return true;
  }

  @Override
  public OptionalLong brokersMs() {
    return OptionalLong.of(world.nowMs);
  }

  @Override
  public void report(JobEvent event) {
    if (!(world.mutation == Mutation.STALLS_IGNORED && event instanceof DeadlineReached)) {
      world.tell(name, event);
    }
  }

  /** Reads a partition of {@code sluice.jobs}. */
  static SimulatedSource<World.Appended, JobRecord> source(World world, int partition) {
    return new SimulatedSource<>(
        world,
        world.jobs(partition),
        appended -> new JobRecord("", appended.event()),
        World.Appended::atMs);
  }
}
