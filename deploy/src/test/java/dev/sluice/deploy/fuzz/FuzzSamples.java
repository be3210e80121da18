package dev.sluice.deploy.fuzz;

import dev.sluice.schemas.wire.Adam;
import dev.sluice.schemas.wire.AdamW;
import dev.sluice.schemas.wire.Constant;
import dev.sluice.schemas.wire.Cosine;
import dev.sluice.schemas.wire.DatasetSpec;
import dev.sluice.schemas.wire.Dense;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.Linear;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.Optimizer;
import dev.sluice.schemas.wire.PlacementWishes;
import dev.sluice.schemas.wire.Priority;
import dev.sluice.schemas.wire.Rows;
import dev.sluice.schemas.wire.Scaling;
import dev.sluice.schemas.wire.Schedule;
import dev.sluice.schemas.wire.Sgd;
import dev.sluice.schemas.wire.StepDecay;
import dev.sluice.schemas.wire.Steps;
import dev.sluice.schemas.wire.Target;
import dev.sluice.schemas.wire.TrainingSpec;
import dev.sluice.schemas.wire.Unplaceable;
import java.util.List;

/** Sound values, to be spoilt. */
final class FuzzSamples {
  private static final String ARTIFACT = "sha256:" + "0".repeat(64);

  private FuzzSamples() {}

  static Lane lane() {
    return new Lane("cpu", "host-cpu", 1, 4);
  }

  static JobSpec training() {
    return new JobSpec(
        "default",
        "fuzzed",
        Priority.NORMAL,
        List.of(),
        Unplaceable.HOLD,
        new TrainingSpec(
            dataset(0.2),
            new LayerStack(List.of(4), List.of(new Dense(3, true))),
            Objective.CROSS_ENTROPY,
            new AdamW(0.9, 0.999, 1e-8, 0.01),
            0.01,
            new Cosine(0.1),
            2,
            16,
            2,
            new Steps(8),
            1,
            "digits"),
        PlacementWishes.NONE);
  }

  static DatasetSpec dataset(double holdout) {
    return new DatasetSpec(
        ARTIFACT,
        null,
        "label",
        List.of(),
        Target.CLASSIFICATION,
        holdout,
        null,
        1,
        Rows.ALL,
        Scaling.STANDARD,
        Scaling.STANDARD);
  }

  static Optimizer optimizer(Dice dice) {
    return switch (dice.below(3)) {
      case 0 -> new Sgd(dice.real(), dice.oneIn(2), dice.real());
      case 1 -> new Adam(dice.real(), dice.real(), dice.real(), dice.real());
      default -> new AdamW(0.9, 0.999, 1e-8, 0.01);
    };
  }

  static Schedule schedule(Dice dice) {
    return switch (dice.below(4)) {
      case 0 -> new StepDecay((int) dice.number(), dice.real());
      case 1 -> new Cosine(dice.real());
      case 2 -> new Linear(dice.real());
      default -> new Constant();
    };
  }
}
