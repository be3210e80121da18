package dev.sluice.planner.command;

import dev.sluice.accelerators.capability.JobNeeds;
import dev.sluice.accelerators.capability.Requirements;
import dev.sluice.accelerators.catalogue.CatalogueFiles;
import dev.sluice.accelerators.catalogue.NumberFormat;
import dev.sluice.coordinator.placement.Admission;
import dev.sluice.coordinator.placement.Fleet;
import dev.sluice.planner.PlannedLane;
import dev.sluice.producer.api.LaneView;
import dev.sluice.producer.api.WorkerView;
import dev.sluice.producer.cli.ExplainCommand;
import dev.sluice.producer.client.SluiceClient;
import dev.sluice.producer.client.SluiceException;
import dev.sluice.schemas.wire.Aim;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.WorkerHeartbeat;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Judges with the coordinator's own admission. Its catalogue files and its aim are this process's:
 * where a coordinator is configured otherwise, this one should be too, or the job should name its
 * aim.
 */
public final class AdmissionJudge implements ExplainCommand.Judge {

  /** More workers than this don't make a job's share of work any smaller that matters here. */
  private static final int WORKERS_MAX = 10_000;

  @Override
  public ExplainCommand.Explained judge(ExplainCommand.Known job, SluiceClient cluster)
      throws SluiceException {
    var views = cluster.lanes();
    var waiting = new HashMap<String, Long>();
    for (var view : views) {
      var lag = view.lag();
      waiting.put(view.lane(), lag == null ? 0 : lag.waiting() + lag.running());
    }
    var workers =
        cluster.fleet().stream()
            .filter(worker -> !worker.silent())
            .map(AdmissionJudge::heartbeat)
            .toList();
    return judge(
        job, views.stream().map(AdmissionJudge::lane).toList(), new Fleet(workers, waiting, 0));
  }

  @Override
  public ExplainCommand.Explained judge(ExplainCommand.Known job, String fleet) {
    var planned = Fleets.read(fleet, CatalogueFiles.ofEnvironment());
    var lanes = new ArrayList<Lane>();
    var workers = new ArrayList<WorkerHeartbeat>();
    for (var lane : planned.lanes()) {
      lanes.add(new Lane(lane.lane(), lane.model().id(), 0, 0));
      int count = Math.min(lane.count() / lane.group(), WORKERS_MAX);
      IntStream.range(0, count).mapToObj(n -> idle(lane, n)).forEach(workers::add);
    }
    return judge(job, lanes, new Fleet(workers, Map.of(), 0));
  }

  private static WorkerHeartbeat idle(PlannedLane lane, int number) {
    return new WorkerHeartbeat(
        lane.lane() + "-" + number,
        lane.lane(),
        lane.model().id(),
        true,
        "",
        "",
        0,
        0,
        List.of(),
        0,
        0,
        0,
        false,
        0,
        "",
        -1);
  }

  private static ExplainCommand.Explained judge(
      ExplainCommand.Known job, List<Lane> lanes, Fleet fleet) {
    var known =
        job.prepared()
            .map(JobNeeds.Known::of)
            .orElseGet(
                () ->
                    new JobNeeds.Known(
                        null, job.format().flatMap(NumberFormat::of).orElse(null), null, 0));
    var needs = JobNeeds.of(job.spec().work(), known);
    var question = new Admission.Question(job.spec(), needs, "");
    return new ExplainCommand.Explained(
        needs(needs, JobNeeds.operators(job.spec().work(), known)),
        new Admission(CatalogueFiles.ofEnvironment(), Aim.FINISH).judge(question, lanes, fleet));
  }

  private static ExplainCommand.Needs needs(Requirements needs, List<String> operators) {
    boolean any = needs.formats().size() == NumberFormat.values().length;
    var memory = needs.memory();
    return new ExplainCommand.Needs(
        needs.purpose().name().toLowerCase(Locale.ROOT),
        any ? List.of() : needs.formats().stream().sorted().map(NumberFormat::label).toList(),
        memory == null ? null : Double.valueOf(memory.bytes()),
        memory == null ? "" : memory.what(),
        operators);
  }

  private static Lane lane(LaneView view) {
    return new Lane(view.lane(), view.accelerator(), view.workersMin(), view.workersMax());
  }

  private static WorkerHeartbeat heartbeat(WorkerView view) {
    return new WorkerHeartbeat(
        view.worker(),
        view.lane(),
        view.accelerator(),
        view.modelled(),
        view.engine(),
        view.host(),
        view.pid(),
        view.running(),
        view.jobs(),
        view.finished(),
        view.samplesPerSecond(),
        view.startedMs(),
        view.leaving(),
        view.taskSeconds(),
        view.life(),
        -1);
  }
}
