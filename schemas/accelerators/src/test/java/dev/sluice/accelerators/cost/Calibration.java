package dev.sluice.accelerators.cost;

import de.siegmar.fastcsv.reader.CommentStrategy;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import dev.sluice.accelerators.catalogue.AcceleratorModel;
import dev.sluice.accelerators.catalogue.CatalogueFiles;
import dev.sluice.accelerators.catalogue.NumberFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/** Published measurements, and how far predictions are from them. */
final class Calibration {

  private static final String FILE = "mlperf-inference-calibration.csv";

  private Calibration() {}

  /** What a value counts. */
  enum Unit {
    SAMPLES_PER_SECOND,
    TOKENS_PER_SECOND,
    LATENCY_MS
  }

  /** One published result. */
  record Row(
      AcceleratorModel device,
      ModelCost model,
      Workload workload,
      Scenario scenario,
      int count,
      double value,
      Unit unit) {

    /** The natural logarithm of predicted speed over measured speed. */
    double error(Factors factors) {
      var prediction =
          new CostModel(factors)
              .predict(device, workload, scenario, Optional.<NumberFormat>empty(), count);
      if (!(prediction instanceof Prediction.Predicted predicted)) {
        throw new AssertionError(prediction);
      }
      return switch (unit) {
        case LATENCY_MS -> Math.log(value / predicted.latencyMs());
        case SAMPLES_PER_SECOND -> Math.log(predicted.samplesPerSecond() / value);
        case TOKENS_PER_SECOND -> {
          double tokens = ((Workload.Decoder) workload).tokensPerSample();
          yield Math.log(predicted.samplesPerSecond() * tokens / value);
        }
      };
    }

    /** Speed of one device: samples, tokens or answers, per second or millisecond. */
    double speed() {
      return switch (unit) {
        case LATENCY_MS -> 1 / value;
        case SAMPLES_PER_SECOND, TOKENS_PER_SECOND -> value / count;
      };
    }
  }

  /** All results of a device, model and scenario, which count as one. */
  record Cell(List<Row> rows) {
    Cell {
      rows = List.copyOf(rows);
    }

    AcceleratorModel device() {
      return rows.getFirst().device();
    }

    String model() {
      return rows.getFirst().model().id();
    }

    Scenario scenario() {
      return rows.getFirst().scenario();
    }

    /** None of a decoder. */
    Optional<Workload.FeedForward> network() {
      return rows.getFirst().workload() instanceof Workload.FeedForward network
          ? Optional.of(network)
          : Optional.empty();
    }

    /** Mean of the rows' errors. */
    double error(Factors factors) {
      double sum = 0;
      for (var row : rows) {
        sum += row.error(factors);
      }
      return sum / rows.size();
    }

    /** Geometric mean of the rows' speeds. */
    double speed() {
      double logarithms = 0;
      for (var row : rows) {
        logarithms += Math.log(row.speed());
      }
      return Math.exp(logarithms / rows.size());
    }
  }

  /** The measurements, by scenario, model and device. */
  static List<Cell> cells() {
    var cells = new TreeMap<String, List<Row>>();
    for (var row : rows()) {
      var key = row.scenario() + " " + row.model().id() + " " + row.device().id();
      cells.computeIfAbsent(key, k -> new ArrayList<>()).add(row);
    }
    return cells.values().stream().map(Cell::new).toList();
  }

  private static List<Row> rows() {
    var resource = Objects.requireNonNull(Calibration.class.getResourceAsStream(FILE));
    try (var reader =
        CsvReader.builder().commentStrategy(CommentStrategy.SKIP).ofNamedCsvRecord(resource)) {
      return reader.stream().map(Calibration::row).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Row row(NamedCsvRecord csv) {
    var model = ModelCosts.builtIn().find(csv.getField("model")).orElseThrow();
    var unit = csv.getField("metric_unit");
    return new Row(
        CatalogueFiles.builtIn().find(csv.getField("device_id")).orElseThrow(),
        model,
        Workload.of(model),
        csv.getField("scenario").equals("Offline") ? Scenario.OFFLINE : Scenario.SINGLE_STREAM,
        Integer.parseInt(csv.getField("n_accelerators")),
        Double.parseDouble(csv.getField("metric_value")),
        unit.startsWith("ms")
            ? Unit.LATENCY_MS
            : unit.startsWith("tok") ? Unit.TOKENS_PER_SECOND : Unit.SAMPLES_PER_SECOND);
  }
}
