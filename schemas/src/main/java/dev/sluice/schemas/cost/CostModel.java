package dev.sluice.schemas.cost;

import dev.sluice.schemas.accelerator.*;
import dev.sluice.schemas.accelerator.AcceleratorModel;
import dev.sluice.schemas.accelerator.NumberFormat;
import java.util.*;
import java.util.List;
import java.util.Optional;

/** Stub. */
public final class CostModel {
  /** s. */
  public static CostModel builtIn() {
    return new CostModel();
  }

  /** s. */
  public Prediction predict(
      AcceleratorModel a, Workload w, Scenario s, Optional<NumberFormat> f, int count) {
    return new Prediction.Unknown(List.of());
  }
}
