package dev.sluice.coordinator.ledger;

import dev.sluice.jobs.rules.Names;
import dev.sluice.schemas.wire.AliasSet;
import dev.sluice.schemas.wire.AttemptLost;
import dev.sluice.schemas.wire.AttemptStarted;
import dev.sluice.schemas.wire.CancelRequested;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.DeadlineReached;
import dev.sluice.schemas.wire.DeleteModel;
import dev.sluice.schemas.wire.FoldFailed;
import dev.sluice.schemas.wire.FoldProgressed;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.LaneDeclared;
import dev.sluice.schemas.wire.LaneOpened;
import dev.sluice.schemas.wire.ModelRegistered;
import dev.sluice.schemas.wire.ModelResolved;
import dev.sluice.schemas.wire.RegisterModel;
import dev.sluice.schemas.wire.ReleasePlace;
import dev.sluice.schemas.wire.ReservePlace;
import dev.sluice.schemas.wire.ResolveModel;
import dev.sluice.schemas.wire.ShardsLate;
import dev.sluice.schemas.wire.Submitted;
import dev.sluice.schemas.wire.TaskReported;
import dev.sluice.schemas.wire.TermNearlyDone;
import java.util.Optional;

/**
 * Whether an event may bring the name that it brings. Names become keys, topics, groups and paths,
 * and whoever writes to {@code sluice.jobs} directly has met no other check.
 */
final class NewNames {

  private static final int SHOWN_CHARS_MAX = 128;

  private NewNames() {}

  /** What is wrong with the name; empty where nothing is, or the event brings none. */
  static Optional<Cause> problem(JobEvent event) {
    return switch (event) {
      case Submitted e -> job(e.jobId());
      case LaneDeclared e -> lane(e.lane().lane());
      case LaneOpened e -> lane(e.lane().lane());
      case ResolveModel e -> model(e.name()).or(() -> job(e.jobId()));
      case RegisterModel e -> model(e.name()).or(() -> job(e.jobId()));
      case ReservePlace e -> model(e.name()).or(() -> job(e.jobId()));
      case AliasSet e ->
          unless(Names.isAlias(e.alias()), "alias", "an alias", e.alias(), Names.ALIAS_RULE);
      case CancelRequested _,
          AttemptStarted _,
          TaskReported _,
          TermNearlyDone _,
          FoldProgressed _,
          FoldFailed _,
          DeadlineReached _,
          ShardsLate _,
          AttemptLost _,
          ModelRegistered _,
          ModelResolved _,
          ReleasePlace _,
          DeleteModel _ ->
          Optional.empty();
    };
  }

  private static Optional<Cause> job(String id) {
    return unless(Names.isJobId(id), "jobId", "a job's id", id, Names.JOB_ID_RULE);
  }

  private static Optional<Cause> model(String name) {
    return unless(Names.isModel(name), "name", "a model's name", name, Names.MODEL_RULE);
  }

  private static Optional<Cause> lane(String name) {
    return unless(Names.isLane(name), "lane", "a lane's name", name, Names.LANE_RULE);
  }

  private static Optional<Cause> unless(
      boolean fits, String where, String what, String name, String rule) {
    return fits
        ? Optional.empty()
        : Optional.of(
            new Cause(
                Code.INVALID_NAME,
                where,
                "'" + shown(name) + "' can't be " + what + ".",
                "It has " + rule + ".",
                "Choose such a name."));
  }

  private static String shown(String name) {
    return name.substring(0, Math.min(name.length(), SHOWN_CHARS_MAX));
  }
}
