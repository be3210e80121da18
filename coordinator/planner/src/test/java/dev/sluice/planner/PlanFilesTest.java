package dev.sluice.planner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.accelerators.catalogue.CatalogueFiles;
import dev.sluice.accelerators.cost.ModelCosts;
import dev.sluice.schemas.wire.Cause;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class PlanFilesTest {

  @Test
  void everyMistakeOfAFleetIsToldAtOnceWithItsLine() {
    var problems =
        fleet(
            """
            name: wrong
            powerBudgetKilowatts: -3
            lanes:
              - {lane: a, accelerator: nvidia-h100-smx, count: 8}
              - {lane: a, accelerator: rbln-atom, count: 0}
              - {lane: c, accelerator: furiosa-warboy, count: 4, group: 8, colour: red}
            """);
    assertThat(problems).extracting(Cause::where).anyMatch(w -> w.startsWith("fleet.yaml, line 2"));
    assertThat(problems)
        .anySatisfy(p -> told(p, "line 4", "no accelerator 'nvidia-h100-smx'", "nvidia-h100-sxm"))
        .anySatisfy(p -> told(p, "line 5", "The lane a is there twice", ""))
        .anySatisfy(p -> told(p, "line 5", "count is 0", ""))
        .anySatisfy(p -> told(p, "line 5", "What a rbln-atom draws isn't published", "powerWatts"))
        .anySatisfy(p -> told(p, "line 6", "A worker has 8 devices, and the lane has 4", ""))
        .anySatisfy(p -> told(p, "line 6", "no field 'colour'", ""));
  }

  @Test
  void everyMistakeOfAMixIsToldAtOnceWithItsLine() {
    var problems =
        mix(
            """
            name: wrong
            hours: 0
            jobs:
              - {name: a, kind: trainig, model: resnet50, samples: 10, count: 1}
              - {name: b, kind: inference, model: resnet5, samples: -1, count: 1}
              - {name: c, kind: inference, model: resnet50, samples: 1, count: 1, perHour: 2}
              - {name: d, kind: training, model: resnet50, samples: 1, count: 1}
              - {name: e, kind: inference, model: resnet50, samples: 1, count: 1, lanes: [gpux]}
              - {name: f, kind: inference, model: resnet50, samples: 1, count: 1, format: int9}
              - {name: g, kind: inference, model: resnet50, samples: 1, count: 1, at: 99}
              - {name: g, kind: inference, model: resnet50, samples: 1}
            """);
    assertThat(problems)
        .anySatisfy(p -> told(p, "line 2", "hours is 0", ""))
        .anySatisfy(p -> told(p, "line 4", "no 'trainig'", "training"))
        .anySatisfy(p -> told(p, "line 5", "no model 'resnet5'", "resnet50"))
        .anySatisfy(p -> told(p, "line 5", "samples is -1", ""))
        .anySatisfy(p -> told(p, "line 6", "Both perHour and count", ""))
        .anySatisfy(p -> told(p, "line 7", "batch is missing", ""))
        .anySatisfy(p -> told(p, "line 8", "no lane 'gpux'", "gpu"))
        .anySatisfy(p -> told(p, "line 9", "no 'int9'", "int8"))
        .anySatisfy(p -> told(p, "line 10", "hour 99", ""))
        .anySatisfy(p -> told(p, "line 11", "name g is taken", ""))
        .anySatisfy(p -> told(p, "line 11", "how many jobs", "perHour"));
  }

  @ParameterizedTest
  @CsvSource({"perHour: 1e8", "count: 10_000_001"})
  void moreJobsThanAreSimulatedAreRefused(String arrival) {
    assertThat(
            mix(
                """
                name: many
                hours: 10
                jobs:
                  - {name: a, kind: inference, model: resnet50, samples: 1, %s}
                """
                    .formatted(arrival)))
        .isNotEmpty();
  }

  @Test
  void aFleetWithoutLanesIsNone() {
    assertThat(fleet("name: empty\nlanes: []\n")).anySatisfy(p -> told(p, "line 2", "0 lanes", ""));
    assertThat(fleet("")).anySatisfy(p -> told(p, "", "empty", ""));
  }

  private static void told(Cause problem, String where, String what, String mend) {
    assertThat(problem.where()).contains(where);
    assertThat(problem.what()).contains(what);
    assertThat(problem.mend()).contains(mend);
  }

  private static List<Cause> fleet(String text) {
    return switch (FleetFile.parse("fleet.yaml", text, CatalogueFiles.builtIn())) {
      case Reading.Invalid<PlannedFleet>(var problems) -> problems;
      case Reading.Sound<PlannedFleet>(var fleet) -> throw new AssertionError(fleet);
    };
  }

  private static List<Cause> mix(String text) {
    return switch (MixFile.parse("mix.yaml", text, ModelCosts.builtIn(), List.of("gpu"))) {
      case Reading.Invalid<JobMix>(var problems) -> problems;
      case Reading.Sound<JobMix>(var mix) -> throw new AssertionError(mix);
    };
  }
}
