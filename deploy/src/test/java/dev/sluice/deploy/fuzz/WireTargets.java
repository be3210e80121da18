package dev.sluice.deploy.fuzz;

import dev.sluice.accelerators.catalogue.CatalogueFiles;
import dev.sluice.coordinator.fold.PartitionFold;
import dev.sluice.coordinator.ledger.BrokenInvariant;
import dev.sluice.coordinator.ledger.Effect;
import dev.sluice.coordinator.ledger.Ledger;
import dev.sluice.coordinator.ledger.LedgerLimits;
import dev.sluice.coordinator.ledger.LedgerState;
import dev.sluice.coordinator.ledger.Moment;
import dev.sluice.coordinator.placement.Admission;
import dev.sluice.coordinator.placement.Fleet;
import dev.sluice.fold.FoldOutput;
import dev.sluice.fold.SumCodec;
import dev.sluice.producer.api.JobViews;
import dev.sluice.producer.api.Waits;
import dev.sluice.producer.lag.LagReport;
import dev.sluice.producer.view.ClusterView;
import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.codec.Vectors;
import dev.sluice.schemas.codec.WireSchemas;
import dev.sluice.schemas.topics.FactPart;
import dev.sluice.schemas.wire.Aim;
import dev.sluice.schemas.wire.Attached;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.Contribution;
import dev.sluice.schemas.wire.EarlyStopping;
import dev.sluice.schemas.wire.FactDigests;
import dev.sluice.schemas.wire.FoldStarted;
import dev.sluice.schemas.wire.FoldStopped;
import dev.sluice.schemas.wire.GradientRecord;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.JobFacts;
import dev.sluice.schemas.wire.JobRecord;
import dev.sluice.schemas.wire.JobState;
import dev.sluice.schemas.wire.LaneDeclared;
import dev.sluice.schemas.wire.Measured;
import dev.sluice.schemas.wire.StateRecord;
import dev.sluice.schemas.wire.StoredState;
import dev.sluice.schemas.wire.Submitted;
import dev.sluice.schemas.wire.SumEncoding;
import dev.sluice.schemas.wire.SumFormat;
import dev.sluice.schemas.wire.ValidationMetric;
import dev.sluice.schemas.wire.ValidationPlan;
import dev.sluice.schemas.wire.ValidationSums;
import dev.sluice.schemas.wire.WorkerHeartbeat;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What comes through a topic. */
final class WireTargets {
  /** Names that meet each other: what one record makes, another speaks of. */
  static final List<String> NAMES =
      List.of(
          "job-1",
          "job-2",
          "job-3",
          "cpu",
          "gpu",
          "digits",
          "digits@1",
          "latest",
          "1",
          "default",
          "prepare",
          "export",
          "engine",
          "host-cpu",
          "int8",
          "fp32",
          "label",
          "sha256:" + "0".repeat(64));

  private WireTargets() {}

  static List<FuzzTarget> all() {
    var targets = new ArrayList<FuzzTarget>();
    WireSchemas.MESSAGES.forEach(type -> targets.add(new Message(type)));
    targets.add(new LedgerEvents());
    targets.add(new Folding());
    targets.add(new View());
    return targets;
  }

  /** Bytes that are almost a message. */
  private record Message(Class<? extends Record> type) implements FuzzTarget {
    private static final Codec CODEC = Codec.builtIn();
    private static final Records RECORDS = new Records(NAMES);
    private static final Mutator MUTATOR = new Mutator(List.of("\u00c3\u0001", "\u0000\u0000"));

    @Override
    public String name() {
      return "wire-" + type.getSimpleName();
    }

    @Override
    public int share() {
      return 4;
    }

    @Override
    public void attempt(Dice dice) {
      // One in some is a good record of another kind.
      var written = dice.oneIn(10) ? dice.of(WireSchemas.MESSAGES) : type;
      var bytes = MUTATOR.change(RECORDS.bytes(written, dice), dice);
      switch (CODEC.decode(type, bytes)) {
        case Decoded.Message<? extends Record>(var message) -> CODEC.encode(message);
        case Decoded.UnknownSchema<? extends Record> waits -> {}
        case Decoded.Malformed<? extends Record>(var why) -> FuzzTarget.sound(why);
      }
    }
  }

  /** Events in an order that nobody would send them in, with contents that make no sense. */
  private static final class LedgerEvents implements FuzzTarget {
    private static final int EVENTS = 12;
    private static final Codec CODEC = Codec.builtIn();

    private final Records records = new Records(NAMES);
    private final Ledger ledger =
        new Ledger(LedgerLimits.DEFAULT, new Admission(CatalogueFiles.builtIn(), Aim.FINISH));

    @Override
    public String name() {
      return "ledger";
    }

    @Override
    public int share() {
      return 4;
    }

    @Override
    public void attempt(Dice dice) {
      var state = new LedgerState();
      long nowMs = 1_700_000_000_000L;
      apply(state, new LaneDeclared(FuzzSamples.lane()), nowMs, Fleet.EMPTY);
      apply(state, new Submitted("job-1", "", FuzzSamples.training()), nowMs, Fleet.EMPTY);
      for (int left = EVENTS; left > 0; left--) {
        nowMs = dice.oneIn(8) ? dice.number() : nowMs + dice.below(100_000);
        var moment = new Moment(nowMs, fleet(dice));
        var record = records.message(JobRecord.class, dice);
        if (record.isPresent()) {
          apply(state, record.get().event(), nowMs, moment.fleet());
        }
        for (var stalled : ledger.stalled(state, moment)) {
          apply(state, stalled, nowMs, moment.fleet());
        }
      }
    }

    private Fleet fleet(Dice dice) {
      var workers = new ArrayList<WorkerHeartbeat>();
      for (int left = dice.below(3); left > 0; left--) {
        records.message(WorkerHeartbeat.class, dice).ifPresent(workers::add);
      }
      return Fleet.of(workers);
    }

    /** As the shell does it: what can't be decided on is abandoned, and that can't fail. */
    private void apply(LedgerState state, JobEvent event, long nowMs, Fleet fleet) {
      var moment = new Moment(nowMs, fleet);
      var _ = Ledger.key(event);
      var decision =
          Undecided.or(
              () -> ledger.decide(state, event, moment),
              why -> ledger.abandon(state, event, why, moment));
      decision.facts().values().forEach(CODEC::encode);
      decision.changes().values().forEach(change -> CODEC.encode(new StateRecord(change)));
      for (var effect : decision.effects()) {
        if (effect instanceof Effect.Bury(var letter)) {
          FuzzTarget.sound(letter.cause());
        }
      }
      state.apply(decision);
    }
  }

  /** Gradients, and the records that start and stop their jobs. */
  private static final class Folding implements FuzzTarget {
    private static final int RECORDS = 12;

    private final Records records = new Records(NAMES);

    @Override
    public String name() {
      return "fold";
    }

    @Override
    public int share() {
      return 6;
    }

    @Override
    public void attempt(Dice dice) {
      var fold = new PartitionFold(0, 1, 1 << 20);
      for (int left = RECORDS; left > 0; left--) {
        var record = dice.oneIn(2) ? records.message(GradientRecord.class, dice) : plausible(dice);
        record.ifPresent(one -> fold.apply(one, Folding::look));
      }
      fold.snapshotChanged();
      fold.republishAll(Folding::look);
    }

    /** A record that could be right, of a small job. */
    private static java.util.Optional<GradientRecord> plausible(Dice dice) {
      var job = dice.of(List.of("job-1", "job-2"));
      return java.util.Optional.of(
          new GradientRecord(
              job,
              switch (dice.below(6)) {
                case 0 -> new Attached("worker", dice.oneIn(2));
                case 1 -> new FoldStopped("");
                case 2, 3 -> started(dice);
                default -> contribution(dice);
              }));
    }

    private static FoldStarted started(Dice dice) {
      return new FoldStarted(
          dice.oneIn(6) ? dice.number() : 8,
          dice.oneIn(6) ? dice.number() : 6,
          dice.oneIn(6) ? (int) dice.number() : 4,
          dice.oneIn(6) ? (int) dice.number() : 2,
          FuzzSamples.optimizer(dice),
          dice.real(),
          FuzzSamples.schedule(dice),
          dice.oneIn(4) ? dice.number() : 2,
          dice.oneIn(6) ? dice.number() : 4,
          dice.oneIn(6) ? dice.number() : 8,
          "engine",
          1,
          dice.oneIn(2) ? null : validation(dice),
          dice.oneIn(2),
          new SumEncoding(
              dice.of(List.of(SumFormat.values())),
              dice.oneIn(6) ? (int) dice.number() : 1 + dice.below(2)));
    }

    private static ValidationPlan validation(Dice dice) {
      return new ValidationPlan(
          dice.oneIn(6) ? dice.number() : 1 + dice.below(4),
          dice.oneIn(2)
              ? null
              : new EarlyStopping(
                  dice.oneIn(6) ? (int) dice.number() : 1 + dice.below(3),
                  dice.of(List.of(ValidationMetric.values())),
                  dice.real()));
    }

    private static Contribution contribution(Dice dice) {
      var values = new float[dice.oneIn(6) ? dice.below(10) : 4];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) dice.real();
      }
      var format = dice.oneIn(2) ? SumFormat.FP32 : dice.of(List.of(SumFormat.values()));
      var payload = Vectors.bytes(values);
      if (!dice.oneIn(6)) { // four elements, of the second block two that are trained
        payload.limit(Math.min(payload.limit(), SumCodec.bytes(format, dice.oneIn(2) ? 4 : 2, 4)));
      }
      return new Contribution(
          dice.below(2),
          dice.oneIn(6) ? dice.number() : dice.below(4) - 1L,
          dice.oneIn(6) ? (int) dice.number() : dice.below(2),
          dice.oneIn(6) ? (int) dice.number() : 1 + dice.below(2),
          dice.oneIn(4) ? dice.number() : 4,
          dice.real(),
          !dice.oneIn(10),
          "engine",
          dice.oneIn(10) ? 0 : Vectors.crc32c(payload),
          payload,
          dice.oneIn(3)
              ? null
              : new ValidationSums(
                  dice.number(), dice.number(), dice.number(), dice.real(), dice.real()),
          format);
    }

    private static void look(FoldOutput output) {
      switch (output) {
        case FoldOutput.Generation generation -> {}
        case FoldOutput.State state -> {}
        case FoldOutput.Progress progress -> {}
        case FoldOutput.Failure(var report) -> FuzzTarget.sound(report.cause());
        case FoldOutput.Rejected(var jobId, var cause) -> FuzzTarget.sound(cause);
      }
    }
  }

  /** What the HTTP API shows of states and heartbeats. */
  private static final class View implements FuzzTarget {
    private static final int RECORDS = 8;

    private final Records records = new Records(NAMES);

    @Override
    public String name() {
      return "view";
    }

    @Override
    public int share() {
      return 4;
    }

    @Override
    public void attempt(Dice dice) {
      var view = new ClusterView(100);
      var known = new HashMap<String, Map<FactPart, Long>>();
      for (int left = RECORDS; left > 0; left--) {
        records
            .message(JobFacts.class, dice)
            .ifPresent(
                facts -> {
                  view.put(facts);
                  known
                      .computeIfAbsent(facts.jobId(), job -> new EnumMap<>(FactPart.class))
                      .put(FactPart.of(facts.fact()), facts.digest());
                });
        records
            .message(StateRecord.class, dice)
            .ifPresent(state -> view.put(referring(state.state(), known)));
        records
            .message(WorkerHeartbeat.class, dice)
            .ifPresent(heartbeat -> view.fleet().put(heartbeat, dice.number()));
      }
      for (var name : NAMES) {
        view.jobs()
            .job(name)
            .ifPresent(
                job ->
                    JobViews.of(
                        job,
                        null,
                        List.of(),
                        Measured.NOTHING,
                        null,
                        new Waits(List.of(), LagReport.NONE, 0),
                        EnumSet.allOf(JobViews.Part.class)));
        view.remove(name);
      }
    }

    /** The same state, which refers to the facts that there are. */
    private static StoredState referring(
        StoredState state, Map<String, Map<FactPart, Long>> known) {
      if (!(state instanceof JobState job)) {
        return state;
      }
      var facts = known.getOrDefault(job.jobId(), Map.of());
      return new JobState(
          job.jobId(),
          job.bodyDigest(),
          new FactDigests(
              facts.getOrDefault(FactPart.SPEC, 0L),
              facts.getOrDefault(FactPart.VERDICTS, 0L),
              facts.getOrDefault(FactPart.FOUND, 0L),
              facts.getOrDefault(FactPart.MADE, 0L),
              facts.getOrDefault(FactPart.CAUSE, 0L)),
          job.status(),
          job.submittedMs(),
          job.updatedMs(),
          job.finishedMs(),
          job.lane(),
          job.epoch(),
          job.open(),
          job.training(),
          job.inference(),
          job.version(),
          job.registeredMs(),
          job.placement());
    }
  }

  /** A cause for what could not be decided on. */
  static final class Undecided {
    private Undecided() {}

    interface Way<T> {
      T go();
    }

    interface Otherwise<T> {
      T go(Cause why);
    }

    static <T> T or(Way<T> way, Otherwise<T> otherwise) {
      try {
        return way.go();
      } catch (BrokenInvariant e) {
        throw e; // which no event may bring about
      } catch (RuntimeException e) {
        return otherwise.go(new Cause(Code.DEFECT, "", "undecided", e.toString(), "report"));
      }
    }
  }
}
