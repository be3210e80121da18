package dev.sluice.planner;

import dev.sluice.accelerators.catalogue.Catalogue;
import dev.sluice.planner.Plan.Bottleneck;
import dev.sluice.planner.Plan.Change;
import dev.sluice.planner.Plan.Status;
import java.util.List;
import java.util.stream.IntStream;

/** The smallest changes to a fleet that mend what doesn't work. */
final class Changes {

  private final Scene scene;
  private final Additions additions;
  private final KeepUp keepUp;

  Changes(Catalogue catalogue, Matching matching, Scene scene) {
    this.scene = scene;
    additions = new Additions(catalogue, matching, scene.fleet());
    keepUp = new KeepUp(matching, scene);
  }

  /** First what makes jobs possible; where all are, what makes the fleet keep up. */
  List<Change> find(Tally tally, Bottleneck bottleneck) {
    var never =
        IntStream.range(0, scene.mix().jobs().size())
            .filter(job -> Planner.status(scene, job) == Status.NEVER)
            .mapToObj(scene.mix().jobs()::get)
            .toList();
    if (!never.isEmpty()) {
      return additions.find(never);
    }
    return Deadline.of(scene).kept(tally) ? List.of() : keepUp.find(tally, bottleneck);
  }
}
