package dev.sluice.coordinator.ledger;

import dev.sluice.accelerators.capability.JobNeeds;
import dev.sluice.accelerators.catalogue.AcceleratorModel;
import dev.sluice.accelerators.catalogue.Catalogue;
import dev.sluice.accelerators.catalogue.CatalogueFiles;
import dev.sluice.coordinator.placement.Admission;
import dev.sluice.coordinator.placement.Fleet;
import dev.sluice.jobs.state.InferenceState;
import dev.sluice.platform.fleet.Roster;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.wire.Aim;
import dev.sluice.schemas.wire.DeadlineReached;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LaneOpened;
import dev.sluice.schemas.wire.PlacementWishes;
import dev.sluice.schemas.wire.Priority;
import dev.sluice.schemas.wire.Submitted;
import dev.sluice.schemas.wire.Unplaceable;
import dev.sluice.schemas.wire.WorkerHeartbeat;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.avro.Schema;

/**
 * What a large fleet costs a ledger partition, in CPU time of one thread. No test: it prints
 * figures. Arguments: workers (20000) and held jobs (1000).
 */
public final class FleetBenchmark {

  private static final int LOOKS = 60;
  private static final int BEATS_A_SECOND = 2;
  private static final int STRANDED = 10_000;

  private final PrintStream out = System.out;
  private final List<Lane> lanes = new ArrayList<>();
  private final Ledger ledger =
      new Ledger(
          new LedgerLimits(3, 4, 60_000, 180_000, 2_000, 20_000, 6, 4, 65_536, 250, 4L << 20),
          new Admission(CatalogueFiles.builtIn(), Aim.FINISH));

  private FleetBenchmark() {
    for (var model : CatalogueFiles.builtIn().all()) {
      lanes.add(new Lane(lane(model), model.id(), 0, 0));
    }
  }

  /** Prints the figures. */
  public static void main(String[] args) {
    int workers = args.length > 0 ? Integer.parseInt(args[0]) : 20_000;
    int held = args.length > 1 ? Integer.parseInt(args[1]) : 1_000;
    var benchmark = new FleetBenchmark();
    for (int run = 0; run < 2; run++) { // the first warms up
      benchmark.judge(0);
      benchmark.judge(workers);
      benchmark.hear(workers);
      benchmark.look(workers, held);
      benchmark.move(workers);
    }
  }

  /** One judgement of a job that every lane which trains can run. */
  private void judge(int workers) {
    var admission = new Admission(CatalogueFiles.builtIn(), Aim.FINISH);
    var spec = Specs.training(10, 4, null);
    var needs = JobNeeds.of(spec.work(), JobNeeds.Known.of((InferenceState) null));
    var question = new Admission.Question(spec, needs, "");
    var fleet = fleet(workers);
    int times = 500;
    long began = cpuNanos();
    for (int n = 0; n < times; n++) {
      admission.judge(question, lanes, fleet);
    }
    say("judging a job, %d lanes, %d workers", lanes.size(), workers, began, times);
  }

  /** What a worker says in a second, read and remembered by a thread beside the ledger. */
  private void hear(int workers) {
    var codec = new Codec(new HashMap<Long, Schema>()::get);
    var records = heartbeats(workers).stream().map(codec::encode).map(ByteBuffer::wrap).toList();
    var roster = new Roster(100_000);
    int times = 10;
    long began = cpuNanos();
    for (int round = 0; round < times * BEATS_A_SECOND; round++) {
      for (var record : records) {
        if (codec.decode(WorkerHeartbeat.class, record.duplicate())
            instanceof Decoded.Message<WorkerHeartbeat>(var heartbeat)) {
          roster.hear(heartbeat, round);
        }
      }
    }
    say("hearing %d workers for a second, beside the ledger", workers, 0, began, times);
  }

  /** A second of a partition in which jobs are held, once the first looks have judged them. */
  private void look(int workers, int held) {
    var state = new LedgerState();
    var nobody = new Moment(1_000, Fleet.EMPTY);
    lanes.forEach(lane -> apply(state, ledger.decide(state, new LaneOpened(lane), nobody)));
    for (int n = 0; n < held; n++) {
      var event = new Submitted("held-" + n, "", held(n % 2 == 0));
      apply(state, ledger.decide(state, event, nobody));
    }
    var heartbeats = heartbeats(workers);
    long began = cpuNanos();
    var fleet = new Fleet(heartbeats, Map.of(), 0, Set.of());
    say("counting %d workers, beside the ledger", workers, 0, began, 1);
    began = cpuNanos();
    for (int second = 0; second < LOOKS; second++) {
      ledger.stalled(state, new Moment(2_000 + second * 1_000L, fleet));
    }
    say(
        "a second with %2$d held jobs, %1$d workers, the first minute",
        workers, held, began, LOOKS);
    began = cpuNanos();
    for (int second = 0; second < LOOKS; second++) {
      ledger.stalled(state, new Moment(62_000 + second * 1_000L, fleet));
    }
    say("a second with %2$d held jobs, %1$d workers, afterwards", workers, held, began, LOOKS);
  }

  /** A lane that loses its workers: every task of it is looked at, and moves. */
  private void move(int workers) {
    var state = new LedgerState();
    var from = lanes.getFirst().lane();
    var there = new ArrayList<>(heartbeats(workers));
    lanes.forEach(
        lane ->
            apply(state, ledger.decide(state, new LaneOpened(lane), new Moment(0, Fleet.EMPTY))));
    var fleet = new Fleet(there, Map.of(), 0, Set.of());
    for (int n = 0; n < STRANDED; n++) {
      var event = new Submitted("job-" + n, "", Specs.training(10, 4, null));
      apply(state, ledger.decide(state, event, new Moment(0, fleet)));
    }
    there.removeIf(worker -> worker.lane().equals(from));
    var late = new Moment(Stalls.STRANDED_MS + 1_000, new Fleet(there, Map.of(), 1, Set.of()));
    long began = cpuNanos();
    var stalled = ledger.stalled(state, late);
    for (DeadlineReached event : stalled) {
      apply(state, ledger.decide(state, event, late));
    }
    say("moving a task, of %d", stalled.size(), 0, began, Math.max(1, stalled.size()));
  }

  private static void apply(LedgerState state, Decision decision) {
    state.apply(decision);
  }

  private static JobSpec held(boolean measuredOnly) {
    var spec = Specs.training(10, 4, null);
    return new JobSpec(
        spec.tenant(),
        spec.name(),
        Priority.NORMAL,
        measuredOnly ? List.of() : List.of("missing"),
        Unplaceable.HOLD,
        spec.work(),
        new PlacementWishes(
            measuredOnly ? List.of(lane(Catalogue.HOST_CPU)) : List.of(), measuredOnly, null));
  }

  private Fleet fleet(int workers) {
    var waiting = new HashMap<String, Long>();
    lanes.forEach(lane -> waiting.put(lane.lane(), 100L));
    return new Fleet(heartbeats(workers), waiting, 0, Set.of());
  }

  private List<WorkerHeartbeat> heartbeats(int workers) {
    var all = new ArrayList<WorkerHeartbeat>();
    for (int n = 0; n < workers; n++) {
      var lane = lanes.get(n % lanes.size());
      all.add(
          new WorkerHeartbeat(
              "w" + n,
              lane.lane(),
              lane.accelerator(),
              true,
              Specs.ENGINE,
              "",
              0,
              n % 2,
              List.of(),
              0,
              0,
              0,
              false,
              1,
              "life-" + n,
              -1));
    }
    return all;
  }

  private static String lane(AcceleratorModel model) {
    return "lane-" + model.id();
  }

  private static long cpuNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }

  private void say(String what, int first, int second, long beganNanos, int times) {
    double millis = (cpuNanos() - beganNanos) / 1e6 / times;
    var text = String.format(Locale.ROOT, what, first, second);
    out.printf(Locale.ROOT, "%-70s %9.4f ms%n", text, millis);
  }
}
