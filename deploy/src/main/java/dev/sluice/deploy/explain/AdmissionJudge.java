package dev.sluice.deploy.explain;

import dev.sluice.coordinator.placement.Admission;
import dev.sluice.coordinator.placement.Fleet;
import dev.sluice.coordinator.placement.JobNeeds;
import dev.sluice.producer.api.LaneView;
import dev.sluice.producer.api.WorkerView;
import dev.sluice.producer.cli.ExplainCommand;
import dev.sluice.producer.client.SluiceClient;
import dev.sluice.producer.client.SluiceException;
import dev.sluice.schemas.accelerator.CatalogueFiles;
import dev.sluice.schemas.accelerator.NumberFormat;
import dev.sluice.schemas.wire.Aim;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LaneVerdict;
import dev.sluice.schemas.wire.WorkerHeartbeat;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;

/** Judges with the coordinator's own admission, so that nobody is told anything else later. */
public final class AdmissionJudge implements ExplainCommand.Judge {

  @Override
  public List<LaneVerdict> judge(ExplainCommand.Known job, SluiceClient cluster)
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
  public List<LaneVerdict> judge(ExplainCommand.Known job, String fleet) throws IOException {
    throw new IOException("not yet");
  }

  private static List<LaneVerdict> judge(ExplainCommand.Known job, List<Lane> lanes, Fleet fleet) {
    var known =
        job.prepared()
            .map(JobNeeds.Known::of)
            .orElseGet(
                () ->
                    new JobNeeds.Known(
                        null, job.format().flatMap(NumberFormat::of).orElse(null), null, 0));
    var question = new Admission.Question(job.spec(), JobNeeds.of(job.spec().work(), known));
    return new Admission(CatalogueFiles.ofEnvironment(), Aim.FINISH).judge(question, lanes, fleet);
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
        view.taskSeconds());
  }
}
