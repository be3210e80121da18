package dev.sluice.coordinator.ledger;

import dev.sluice.schemas.job.ModelRecord;
import dev.sluice.schemas.wire.AliasSet;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Fault;
import dev.sluice.schemas.wire.ModelEntry;
import dev.sluice.schemas.wire.ModelRegistered;
import dev.sluice.schemas.wire.ModelResolved;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.RegisterModel;
import dev.sluice.schemas.wire.ResolveModel;
import dev.sluice.schemas.wire.RoomForModel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Model names: each has one owner, so two jobs that register one name get versions 1 and 2. */
public final class ModelNames {

  /** The alias that always means the newest version. */
  private static final String LATEST = "latest";

  private ModelNames() {}

  /** Gives the next number; a job that asks again gets the number that it got before. */
  static void register(LedgerState state, RegisterModel ask, long nowMs, Decision decision) {
    var entry = entry(state, ask.name());
    var before = entry.versions().stream().filter(v -> v.jobId().equals(ask.jobId())).findFirst();
    int number = before.map(ModelVersion::version).orElseGet(() -> entry.versions().size() + 1);
    if (before.isEmpty()) {
      var versions = new ArrayList<>(entry.versions());
      versions.add(ask.model().numbered(number, nowMs));
      var longer = new ModelEntry(entry.name(), versions, entry.aliases());
      if (ModelRecord.bytes(longer) > ModelRecord.ENTRY_BYTES_MAX) {
        refuse(ask.jobId(), entry, decision);
        return;
      }
      publish(longer, decision);
    }
    decision.send(
        new Effect.Tell(ask.jobId(), new ModelRegistered(ask.jobId(), ask.name(), number, null)));
  }

  /** Asks whether a version that a job is about to make will fit, before the work is done. */
  static void askForRoom(JobDraft job, String name, NetworkFacts network, Decision decision) {
    decision.send(
        new Effect.Tell(name, new RoomForModel(name, job.jobId, ModelRecord.bytes(network))));
  }

  /** Says where a version that is to be made would have no room; silence means that it has. */
  static void room(LedgerState state, RoomForModel ask, Decision decision) {
    var entry = entry(state, ask.name());
    boolean registered = entry.versions().stream().anyMatch(v -> v.jobId().equals(ask.jobId()));
    if (!registered && ModelRecord.bytes(entry) + ask.bytes() > ModelRecord.ENTRY_BYTES_MAX) {
      refuse(ask.jobId(), entry, decision);
    }
  }

  private static void refuse(String jobId, ModelEntry entry, Decision decision) {
    decision.send(new Effect.Tell(jobId, new ModelRegistered(jobId, entry.name(), 0, full(entry))));
  }

  /** Answers with the version that a number or an alias means. */
  static void resolve(LedgerState state, ResolveModel ask, Decision decision) {
    var entry = entry(state, ask.name());
    var version = find(entry, ask.version());
    var answer =
        version == null
            ? new ModelResolved(ask.jobId(), null, missing(entry, ask))
            : new ModelResolved(ask.jobId(), version, null);
    decision.send(new Effect.Tell(ask.jobId(), answer));
  }

  static void alias(LedgerState state, AliasSet ask, Decision decision) {
    var entry = entry(state, ask.name());
    var aliases = new HashMap<>(entry.aliases());
    if (ask.version() == 0) {
      aliases.remove(ask.alias());
    } else if (ask.version() <= entry.versions().size() && !ask.alias().equals(LATEST)) {
      aliases.put(ask.alias(), ask.version());
    }
    if (!aliases.equals(entry.aliases())) {
      publish(new ModelEntry(entry.name(), entry.versions(), aliases), decision);
    }
  }

  private static Cause full(ModelEntry entry) {
    return new Cause(
        Fault.NO_CAPACITY,
        "register",
        "Model " + entry.name() + " can't take another version.",
        String.format(
            Locale.ROOT,
            "Its %d versions take %d of the %d bytes that one name has, and another does not fit.",
            entry.versions().size(),
            ModelRecord.bytes(entry),
            ModelRecord.ENTRY_BYTES_MAX),
        "Register under another name; the shorter the names of classes and columns, the more"
            + " versions fit.");
  }

  private static void publish(ModelEntry entry, Decision decision) {
    decision.change(entry);
    decision.send(new Effect.Publish(entry));
  }

  private static ModelEntry entry(LedgerState state, String name) {
    var entry = state.model(name);
    return entry == null ? new ModelEntry(name, List.of(), Map.of()) : entry;
  }

  /**
   * The version that a number or an alias means.
   *
   * @param selector a number from 1, an alias, or latest
   * @return null where there is none
   */
  public static @Nullable ModelVersion find(ModelEntry entry, String selector) {
    int count = entry.versions().size();
    Integer number =
        selector.equals(LATEST) ? Integer.valueOf(count) : entry.aliases().get(selector);
    if (number == null && selector.matches("[1-9][0-9]{0,8}")) {
      number = Integer.valueOf(selector);
    }
    return number == null || number < 1 || number > count ? null : entry.versions().get(number - 1);
  }

  private static Cause missing(ModelEntry entry, ResolveModel ask) {
    int count = entry.versions().size();
    var there =
        count == 0
            ? "There is no model of that name."
            : "It has versions 1 to " + count + " and aliases " + entry.aliases().keySet() + ".";
    return new Cause(
        Fault.BAD_INPUT,
        "model",
        "Model " + ask.name() + "@" + ask.version() + " does not exist.",
        there,
        "`sluice models` lists what there is; train one with `register: " + ask.name() + "`.");
  }
}
