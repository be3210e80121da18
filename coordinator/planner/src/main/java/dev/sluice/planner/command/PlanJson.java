package dev.sluice.planner.command;

import dev.sluice.accelerators.catalogue.NumberFormat;
import dev.sluice.planner.Arrival;
import dev.sluice.planner.JobClass;
import dev.sluice.planner.Plan;
import dev.sluice.platform.document.Spelling;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A plan as a document. What isn't known is null. */
final class PlanJson {

  private PlanJson() {}

  static Map<String, @Nullable Object> of(Plan plan) {
    var json = new Fields();
    json.put("modelled", true);
    json.put("fleet", fleet(plan));
    json.put("mix", mix(plan));
    json.put("totals", totals(plan));
    json.put("jobs", plan.jobs().stream().map(PlanJson::job).toList());
    json.put("lanes", plan.lanes().stream().map(PlanJson::lane).toList());
    json.put("bottleneck", bottleneck(plan.bottleneck()));
    json.put("changes", plan.changes().stream().map(PlanJson::change).toList());
    json.put("timeline", timeline(plan.timeline()));
    return json;
  }

  /** A map in which null is a value. */
  private static final class Fields extends LinkedHashMap<String, @Nullable Object> {
    private static final long serialVersionUID = 1L;
  }

  private static Fields fleet(Plan plan) {
    var fleet = plan.fleet();
    var json = new Fields();
    json.put("name", fleet.name());
    json.put("source", fleet.source());
    json.put("note", fleet.note());
    json.put("devices", fleet.devices());
    json.put("powerBudgetWatts", fleet.budgetWatts());
    return json;
  }

  private static Fields mix(Plan plan) {
    var mix = plan.mix();
    var json = new Fields();
    json.put("name", mix.name());
    json.put("source", mix.source());
    json.put("note", mix.note());
    json.put("hours", mix.hours());
    json.put("seed", mix.seed());
    return json;
  }

  private static Fields totals(Plan plan) {
    var totals = plan.totals();
    var json = new Fields();
    json.put("arrived", totals.arrived());
    json.put("done", totals.done());
    json.put("never", totals.never());
    json.put("unpredictable", totals.unpredictable());
    json.put("makespanSeconds", totals.makespanSeconds());
    json.put("keepsUp", totals.keepsUp());
    json.put("graceSeconds", totals.graceSeconds());
    json.put("joules", totals.joules());
    json.put("wattsMost", totals.wattsMost());
    json.put("powerShortSeconds", totals.powerShortSeconds());
    json.put("events", totals.events());
    return json;
  }

  private static Fields job(Plan.JobOutcome outcome) {
    var json = asked(outcome.job());
    json.put("status", Spelling.of(outcome.status()));
    json.put("arrived", outcome.arrived());
    json.put("done", outcome.done());
    var waits = new Fields();
    waits.put("meanSeconds", outcome.waits().mean());
    waits.put("p50Seconds", outcome.waits().p50());
    waits.put("p95Seconds", outcome.waits().p95());
    waits.put("mostSeconds", outcome.waits().most());
    json.put("waits", waits);
    json.put("joules", outcome.joules());
    json.put("lanes", outcome.where().stream().map(PlanJson::where).toList());
    json.put("refusals", outcome.refusals().stream().map(PlanJson::refusal).toList());
    return json;
  }

  private static Fields asked(JobClass job) {
    var json = new Fields();
    json.put("name", job.name());
    json.put("kind", job.trains() ? "training" : "inference");
    json.put("model", job.model().id());
    json.put("formats", job.work().formats().stream().sorted().map(NumberFormat::label).toList());
    json.put("samples", job.work().samples());
    if (job.trains()) {
      json.put("batch", job.work().batch());
    } else {
      json.put("scenario", job.work().scenario().label());
    }
    json.put("priority", Spelling.of(job.wishes().priority()));
    json.put("aim", Spelling.of(job.wishes().aim()));
    switch (job.arrival()) {
      case Arrival.Random(double jobsPerHour) -> json.put("perHour", jobsPerHour);
      case Arrival.Even(long jobs) -> json.put("count", jobs);
      case Arrival.Together(long jobs, double hour) -> {
        json.put("count", jobs);
        json.put("at", hour);
      }
    }
    return json;
  }

  private static Fields where(Plan.Where where) {
    var json = new Fields();
    json.put("lane", where.lane());
    json.put("ran", where.ran());
    json.put("devices", where.devices());
    json.put("secondsEach", where.seconds());
    json.put("joulesEach", where.joules());
    json.put("format", where.format().label());
    json.put("bound", where.bound());
    json.put("notes", where.notes());
    return json;
  }

  private static Fields refusal(Plan.Refusal refusal) {
    var json = new Fields();
    json.put("lane", refusal.lane());
    json.put("possible", refusal.possible());
    json.put("reasons", refusal.reasons());
    return json;
  }

  private static Fields lane(Plan.LaneOutcome outcome) {
    var lane = outcome.lane();
    var json = new Fields();
    json.put("lane", lane.lane());
    json.put("accelerator", lane.model().id());
    json.put("count", lane.count());
    json.put("group", lane.group());
    json.put("watts", lane.watts());
    json.put("jobs", outcome.jobs());
    json.put("utilisation", outcome.utilisation());
    json.put("utilisationWithinHorizon", outcome.utilisationWithinHorizon());
    json.put("waitingMost", outcome.waitingMost());
    json.put("waitingAtHorizon", outcome.waitingAtHorizon());
    json.put("waitingSecondsAtHorizon", outcome.waitingSecondsAtHorizon());
    json.put("joules", outcome.joules());
    return json;
  }

  private static Fields bottleneck(Plan.Bottleneck bottleneck) {
    var json = new Fields();
    json.put("kind", Spelling.of(bottleneck.kind()));
    json.put("what", bottleneck.what());
    json.put("says", bottleneck.says());
    return json;
  }

  private static Fields change(Plan.Change change) {
    var json = new Fields();
    json.put("purpose", Spelling.of(change.purpose()));
    json.put("jobs", change.jobs());
    json.put("devices", change.devices());
    json.put("accelerator", change.accelerator().isEmpty() ? null : change.accelerator());
    json.put("lane", change.lane().isEmpty() ? null : change.lane());
    json.put("group", change.group() == 0 ? null : change.group());
    json.put("powerBudgetWatts", change.budgetWatts());
    json.put("says", change.says());
    json.put("alternatives", change.alternatives());
    return json;
  }

  private static Fields timeline(Plan.Timeline timeline) {
    var json = new Fields();
    json.put("seconds", timeline.seconds());
    json.put("lanes", timeline.lanes().stream().map(PlanJson::samples).toList());
    json.put("watts", timeline.watts().isEmpty() ? null : timeline.watts());
    return json;
  }

  private static Fields samples(Plan.LaneSamples samples) {
    var json = new Fields();
    json.put("lane", samples.lane());
    json.put("waiting", samples.waiting());
    json.put("busy", samples.busy());
    return json;
  }
}
