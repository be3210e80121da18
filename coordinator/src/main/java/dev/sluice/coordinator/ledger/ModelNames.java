package dev.sluice.coordinator.ledger;

import dev.sluice.jobs.rules.ModelRecord;
import dev.sluice.jobs.rules.Names;
import dev.sluice.schemas.topics.StateKeys;
import dev.sluice.schemas.wire.AliasSet;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.DeleteModel;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.ModelEntry;
import dev.sluice.schemas.wire.ModelPlace;
import dev.sluice.schemas.wire.ModelRegistered;
import dev.sluice.schemas.wire.ModelResolved;
import dev.sluice.schemas.wire.RegisterModel;
import dev.sluice.schemas.wire.ReleasePlace;
import dev.sluice.schemas.wire.ReservePlace;
import dev.sluice.schemas.wire.ResolveModel;
import java.util.HashMap;
import java.util.Optional;

/**
 * Model names: each has one owner, so two jobs that register one name get versions 1 and 2. A
 * number is given once, whatever is deleted.
 */
final class ModelNames {

  private ModelNames() {}

  // ---- what jobs ask and say

  /** A job that begins asks for a place for the version that it will register. */
  static void askForPlace(JobDraft job) {
    ModelRecord.registers(job.spec.work())
        .ifPresent(name -> job.turn.send(new Effect.Tell(name, new ReservePlace(name, job.jobId))));
  }

  /** A job that ends without its version needs its place no more. */
  static void giveUpPlace(JobDraft job) {
    placeGivenUp(job.jobId, job.spec).ifPresent(job.turn::send);
  }

  /** What says that a job needs its place no more; empty where it has none. */
  static Optional<Effect.Tell> placeGivenUp(String jobId, JobSpec spec) {
    return ModelRecord.registers(spec.work())
        .map(name -> new Effect.Tell(name, new ReleasePlace(name, jobId)));
  }

  // ---- what the owner decides

  /** Keeps a place for a job, or says that there is none; silence means that there is. */
  static void reserve(Turn turn, ReservePlace ask) {
    var model = turn.state().model(ask.name());
    if (model.places().contains(ask.jobId()) || model.madeBy(ask.jobId()) != null) {
      return;
    }
    var full = full(model);
    if (full.isPresent()) {
      refuse(ask.jobId(), ask.name(), full.get(), turn);
    } else {
      turn.decision().change(new ModelPlace(ask.name(), ask.jobId()));
    }
  }

  static void release(Turn turn, ReleasePlace ask) {
    if (turn.state().model(ask.name()).places().contains(ask.jobId())) {
      turn.decision().remove(StateKeys.place(ask.name(), ask.jobId()));
    }
  }

  /** Gives the next number; a job that asks again gets the number that it got before. */
  static void register(Turn turn, RegisterModel ask) {
    var model = turn.state().model(ask.name());
    var number = model.madeBy(ask.jobId());
    if (number == null) {
      boolean hasPlace = model.places().contains(ask.jobId());
      var full = full(model);
      if (!hasPlace && full.isPresent()) {
        refuse(ask.jobId(), ask.name(), full.get(), turn);
        return;
      }
      number = model.lastVersion() + 1;
      var version = ask.model().numbered(number, turn.nowMs()).under(ask.name());
      turn.decision().change(version);
      turn.send(new Effect.PublishVersion(version));
      publish(model.entry(number, model.aliases()), turn);
      if (hasPlace) {
        turn.decision().remove(StateKeys.place(ask.name(), ask.jobId()));
      }
    }
    turn.send(
        new Effect.Tell(ask.jobId(), new ModelRegistered(ask.jobId(), ask.name(), number, null)));
  }

  private static Optional<Cause> full(ModelName model) {
    return ModelRecord.full(model.name(), model.versions().size(), model.places().size());
  }

  private static void refuse(String jobId, String name, Cause cause, Turn turn) {
    turn.send(new Effect.Tell(jobId, new ModelRegistered(jobId, name, 0, cause)));
  }

  /** Answers with the version that a number or an alias means. */
  static void resolve(Turn turn, ResolveModel ask) {
    var model = turn.state().model(ask.name());
    var number = model.find(ask.version());
    if (number == null) {
      turn.send(
          new Effect.Tell(ask.jobId(), new ModelResolved(ask.jobId(), null, missing(model, ask))));
    } else {
      turn.decision().tell(new Decision.Answer(ask.jobId(), ask.name(), number));
    }
  }

  private static Cause missing(ModelName model, ResolveModel ask) {
    return new Cause(
        Code.NO_SUCH_MODEL,
        "model",
        "Model " + ask.name() + "@" + ask.version() + " does not exist.",
        model.there(),
        "`sluice models` lists what there is; train one with `register: " + ask.name() + "`.");
  }

  static void alias(Turn turn, AliasSet ask) {
    var model = turn.state().model(ask.name());
    var aliases = new HashMap<>(model.aliases());
    if (ask.version() == 0) {
      aliases.remove(ask.alias());
    } else if (model.versions().contains(ask.version()) && !ask.alias().equals(Names.LATEST)) {
      aliases.put(ask.alias(), ask.version());
    }
    if (!aliases.equals(model.aliases())) {
      publish(model.entry(model.lastVersion(), aliases), turn);
    }
  }

  /**
   * Whoever asks for a deleted version finds it no more. A job that was given it before goes on
   * with what it was told, and its files stay until it has ended.
   */
  static void delete(Turn turn, DeleteModel ask) {
    var model = turn.state().model(ask.name());
    boolean all = ask.version() == DeleteModel.ALL;
    var gone = model.versions().stream().filter(v -> all || v == ask.version()).toList();
    gone.forEach(version -> remove(ask.name(), version, turn));
    var aliases = new HashMap<>(model.aliases());
    aliases.values().removeAll(gone);
    if (!aliases.equals(model.aliases())) {
      publish(model.entry(model.lastVersion(), aliases), turn);
    }
  }

  private static void remove(String name, int version, Turn turn) {
    turn.decision().remove(StateKeys.version(name, version));
    turn.send(new Effect.Withdraw(name, version));
  }

  private static void publish(ModelEntry entry, Turn turn) {
    turn.decision().change(entry);
    turn.send(new Effect.Publish(entry));
  }
}
