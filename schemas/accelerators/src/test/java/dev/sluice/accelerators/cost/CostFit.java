package dev.sluice.accelerators.cost;

import dev.sluice.accelerators.catalogue.AcceleratorModel.Kind;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Finds the fitted factors: coordinate descent, each coordinate by golden section over its
 * logarithm, on the squared logarithms of errors of the measurements that it decides. No chance is
 * in it, so the same measurements give the same factors.
 */
final class CostFit {

  private static final double GOLDEN = (Math.sqrt(5) - 1) / 2;
  private static final int ROUNDS = 4;
  private static final int QUERY_ROUNDS = 6;
  private static final int STEPS = 60;
  private static final int QUERY_STEPS = 40;
  private static final MathContext SHIPPED_DIGITS = new MathContext(4);

  /** Where each factor that is free starts. */
  private static final Map<String, Double> START =
      Map.of(
          "efficiency.resnet50", 0.75,
          "efficiency.ssd-mobilenet", 0.3,
          "efficiency.ssd-resnet34", 0.75,
          "efficiency.bert-large", 0.75,
          "pass-latency.resnet50", 3.6e-4,
          "pass-latency.ssd-mobilenet", 2.2e-4,
          "pass-latency.ssd-resnet34", 6e-4,
          "pass-latency.bert-large", 9e-4,
          "shared-host", 0.985);

  private static final List<String> NETWORKS =
      List.of("resnet50", "ssd-mobilenet", "ssd-resnet34", "bert-large");

  private final List<Calibration.Cell> cells;
  private final double shrink;
  private final Map<String, Double> priors = new HashMap<>();
  private final Map<String, Double> found = new HashMap<>(START);
  private Factors factors;

  private CostFit(List<Calibration.Cell> cells) {
    this.cells = cells;
    factors = Factors.builtIn();
    shrink = one("shrink");
    for (var factor : factors.all()) {
      var prior = factor.shrunkTo();
      if (prior != null) {
        priors.put(factor.id(), prior);
        found.put(factor.id(), prior);
      }
    }
    factors = factors.with(found);
  }

  /** The factors that fit some measurements best, rounded as they are shipped. */
  static Factors fit(List<Calibration.Cell> cells) {
    return new CostFit(cells).fitted();
  }

  private Factors fitted() {
    sharedHost();
    for (int round = 0; round < ROUNDS; round++) {
      NETWORKS.forEach(this::network);
      free("narrow-width", 1, 1000, STEPS, gpu(Scenario.SINGLE_STREAM));
      npu("npu-cnn", family -> family == Family.CNN || family == Family.ENCODER);
      npu("npu-depthwise-cnn", family -> family == Family.DEPTHWISE_CNN);
      var queries = of(Kind.NPU, Scenario.SINGLE_STREAM, family -> true);
      for (int inner = 0; inner < QUERY_ROUNDS; inner++) {
        free("query-width.npu", 1e13, 1e15, QUERY_STEPS, queries);
        free("query-latency.npu", 1e-5, 2e-3, QUERY_STEPS, queries);
        free("decoding-latency.npu", 1e-5, 3e-3, QUERY_STEPS, queries);
      }
    }
    decoders();
    found.replaceAll((id, value) -> rounded(value));
    return Factors.builtIn().with(found);
  }

  private void network(String model) {
    free("efficiency." + model, 0.05, 1, STEPS, model(model, gpu(Scenario.OFFLINE)));
    free("pass-latency." + model, 2e-5, 5e-3, STEPS, model(model, gpu(Scenario.SINGLE_STREAM)));
  }

  private void npu(String key, Predicate<Family> families) {
    free("kind-efficiency." + key, 0.05, 2, STEPS, of(Kind.NPU, Scenario.OFFLINE, families));
  }

  /** How much slower each of several devices is than one: the median over devices and models. */
  private void sharedHost() {
    var ratios = new ArrayList<Double>();
    for (var cell : cells) {
      var one = cell.rows().stream().filter(row -> row.count() == 1).findFirst();
      var several = cell.rows().stream().filter(row -> row.count() > 1).findFirst();
      if (cell.scenario() == Scenario.OFFLINE
          && cell.network().isPresent()
          && one.isPresent()
          && several.isPresent()) {
        ratios.add(several.get().speed() / one.get().speed());
      }
    }
    ratios.sort(null);
    int half = ratios.size() / 2;
    double median =
        ratios.size() % 2 == 1 ? ratios.get(half) : (ratios.get(half - 1) + ratios.get(half)) / 2;
    set(Map.of("shared-host", rounded(Math.min(1, median))));
  }

  /** First one value for both, then one for each. */
  private void decoders() {
    var decoders = cells.stream().filter(cell -> cell.network().isEmpty()).toList();
    if (decoders.isEmpty()) {
      return;
    }
    var ids = decoders.stream().map(cell -> "efficiency." + cell.model()).toList();
    search(
        0.05,
        1,
        STEPS,
        x -> {
          var all = new HashMap<String, Double>();
          ids.forEach(id -> all.put(id, x));
          all.put("efficiency.decoder", x);
          set(all);
          return squares(decoders);
        });
    for (var cell : decoders) {
      free("efficiency." + cell.model(), 0.05, 1, STEPS, List.of(cell));
    }
  }

  private List<Calibration.Cell> gpu(Scenario scenario) {
    return of(Kind.GPU, scenario, family -> true);
  }

  private List<Calibration.Cell> of(Kind kind, Scenario scenario, Predicate<Family> families) {
    return cells.stream()
        .filter(cell -> cell.device().kind() == kind && cell.scenario() == scenario)
        .filter(
            cell -> cell.network().filter(network -> families.test(network.family())).isPresent())
        .toList();
  }

  private static List<Calibration.Cell> model(String model, List<Calibration.Cell> cells) {
    return cells.stream().filter(cell -> cell.model().equals(model)).toList();
  }

  /** Fits one factor; it stays where it is if no measurement speaks about it. */
  private void free(
      String id, double least, double most, int steps, List<Calibration.Cell> decided) {
    if (decided.isEmpty()) {
      return;
    }
    var prior = priors.get(id);
    search(
        least,
        most,
        steps,
        x -> {
          set(Map.of(id, x));
          double distance = prior == null ? 0 : Math.log(x / prior);
          return squares(decided) + shrink * distance * distance;
        });
  }

  private double squares(List<Calibration.Cell> decided) {
    double sum = 0;
    for (var cell : decided) {
      double error = cell.error(factors);
      sum += error * error;
    }
    return sum;
  }

  private void set(Map<String, Double> values) {
    found.putAll(values);
    factors = factors.with(values);
  }

  /** A value's penalty; computing it leaves the value set. */
  private interface Penalty {
    double of(double value);
  }

  /** Golden section over the logarithm (Kiefer, Proc. AMS 4, 1953). */
  private static void search(double least, double most, int steps, Penalty penalty) {
    double a = Math.log(least);
    double b = Math.log(most);
    double c = b - GOLDEN * (b - a);
    double d = a + GOLDEN * (b - a);
    double atC = penalty.of(Math.exp(c));
    double atD = penalty.of(Math.exp(d));
    for (int step = 0; step < steps; step++) {
      if (atC <= atD) {
        b = d;
        d = c;
        atD = atC;
        c = b - GOLDEN * (b - a);
        atC = penalty.of(Math.exp(c));
      } else {
        a = c;
        c = d;
        atC = atD;
        d = a + GOLDEN * (b - a);
        atD = penalty.of(Math.exp(d));
      }
    }
    penalty.of(Math.exp((a + b) / 2));
  }

  private double one(String id) {
    return factors.all().stream()
        .filter(factor -> factor.id().equals(id))
        .findFirst()
        .orElseThrow()
        .value();
  }

  private static double rounded(double value) {
    return new BigDecimal(value).round(SHIPPED_DIGITS).doubleValue();
  }
}
