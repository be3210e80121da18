package dev.sluice.producer.cli;

import static dev.sluice.platform.terminal.TextTable.left;
import static dev.sluice.platform.terminal.TextTable.right;

import dev.sluice.accelerators.catalogue.AcceleratorModel;
import dev.sluice.accelerators.catalogue.Citation;
import dev.sluice.accelerators.catalogue.Disagreement;
import dev.sluice.accelerators.catalogue.Evidence;
import dev.sluice.accelerators.catalogue.Interconnect;
import dev.sluice.accelerators.catalogue.Measurement;
import dev.sluice.accelerators.catalogue.Memory;
import dev.sluice.accelerators.catalogue.NumberFormat;
import dev.sluice.accelerators.catalogue.OnChipMemory;
import dev.sluice.accelerators.catalogue.Power;
import dev.sluice.accelerators.catalogue.Product;
import dev.sluice.accelerators.catalogue.Rates;
import dev.sluice.accelerators.catalogue.Software;
import dev.sluice.platform.document.Spelling;
import dev.sluice.platform.terminal.Facts;
import dev.sluice.platform.terminal.TerminalText;
import dev.sluice.platform.terminal.TextTable;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Accelerator models for people. */
final class AcceleratorText {

  private static final String UNKNOWN = "not published";
  private static final int LABELS = 13;

  private final Facts facts;

  private AcceleratorText(int columns) {
    this.facts = new Facts(0, LABELS, columns);
  }

  /** One line for each model. */
  static String table(List<AcceleratorModel> models, int columns) {
    var table =
        new TextTable(
            left("ID").least(16).middle(),
            left("KIND").leaves(1),
            left("TRAINS").leaves(4),
            right("FP16/BF16"),
            right("FP8").leaves(3),
            right("INT8"),
            left("MEMORY").least(9).leaves(6),
            right("BANDWIDTH").leaves(5),
            right("POWER").least(8).leaves(2));
    for (var model : models) {
      var memory = model.memory();
      table.row(
          model.id(),
          Spelling.of(model.kind()),
          Spelling.of(model.training().vendorSoftware()),
          pair(rate(model, NumberFormat.FP16), rate(model, NumberFormat.BF16)),
          rate(model, NumberFormat.FP8),
          rate(model, NumberFormat.INT8),
          Text.orDash(joined(" ", kind(memory), figure(memory.gigabytes(), "GB"))),
          Text.orDash(figure(memory.gigabytesPerSecond(), "GB/s")),
          Text.orDash(watts(model.power())));
    }
    return table.text(columns);
  }

  private static String rate(AcceleratorModel model, NumberFormat format) {
    var peak = model.peak(format);
    if (peak.isPresent()) {
      return number(peak.getAsDouble());
    }
    return model.formats().contains(format) ? "?" : "-";
  }

  private static String pair(String first, String second) {
    return first.equals(second) ? first : first + "/" + second;
  }

  private static String kind(Memory memory) {
    return memory.kind() == null ? "" : memory.kind();
  }

  private static String watts(Power power) {
    var tdp = power.tdpWatts();
    var least = power.leastWatts();
    var most = power.mostWatts();
    if (least == null || most == null) {
      return figure(tdp, "W");
    }
    var range = number(least) + ".." + number(most) + " W";
    return tdp == null || tdp.equals(most) ? range : range + ", TDP " + number(tdp) + " W";
  }

  private static String scope(Power power) {
    return switch (power.scope()) {
      case DEVICE -> "";
      case MODULE -> ", of the module with its processor and memory";
    };
  }

  /** Everything about one model. */
  static String details(AcceleratorModel model, int columns) {
    var details = new AcceleratorText(columns);
    details.all(model);
    return TerminalText.paragraph(model.id() + ": " + model.name(), columns, 2) + details.facts;
  }

  private void all(AcceleratorModel model) {
    var recorded = model.origin().recorded();
    line("vendor", model.vendor() + ", " + Spelling.of(model.kind()));
    line("from", model.origin() + (recorded == null ? "" : "; figures recorded on " + recorded));
    line(
        "trains",
        trains(model)
            + (model.training().evidence().isEmpty() ? "" : ": " + model.training().evidence()));
    software(model.software());
    rates(model.rates());
    onChip(model.onChip());
    memory(model.memory());
    interconnect(model.interconnect());
    line(
        "host link",
        known(
            joined(
                ", ",
                model.hostLink().kind(),
                figure(model.hostLink().gigabytesPerSecond(), "GB/s in each direction"))));
    evidence(model.hostLink().evidence());
    line("power", known(watts(model.power())) + scope(model.power()));
    evidence(model.power().evidence());
    product(model.product());
    model.measured().forEach(this::measured);
    model.disagreements().forEach(this::disagreement);
  }

  private static String trains(AcceleratorModel model) {
    return switch (model.training().vendorSoftware()) {
      case YES -> "yes";
      case NO -> "no training software was found";
      case UNKNOWN -> "no published training software";
    };
  }

  private void software(Software software) {
    line("software", known(software.sdk()));
    more("accepts", String.join(", ", software.accepts()));
    software.links().forEach(this::more);
    more("note", software.note());
    sources(software.sources());
  }

  private void rates(Rates rates) {
    line(
        "dense peak",
        known(
            rates.peaks().entrySet().stream()
                .map(peak -> peak.getKey().label() + " " + rateOf(peak.getKey(), peak.getValue()))
                .collect(Collectors.joining(", "))));
    more("accepted at a rate that isn't published", labels(rates.unpublished()));
    more(
        "not supported",
        rates.unsupported().entrySet().stream()
            .map(
                entry ->
                    entry.getKey().label()
                        + (entry.getValue().isEmpty() ? "" : " (" + entry.getValue() + ")"))
            .collect(Collectors.joining(", ")));
    evidence(rates.evidence());
  }

  private static String rateOf(NumberFormat format, double peak) {
    return number(peak) + " " + format.rateUnit();
  }

  private static String labels(Collection<NumberFormat> formats) {
    return formats.stream().map(NumberFormat::label).collect(Collectors.joining(", "));
  }

  private void onChip(OnChipMemory memory) {
    line(
        "on chip",
        known(
            joined(
                ", ",
                figure(memory.megabytes(), "MB"),
                figure(memory.gigabytesPerSecond(), "GB/s"),
                memory.scope())));
    evidence(memory.evidence());
  }

  private void memory(Memory memory) {
    line(
        "memory",
        known(
            joined(
                ", ",
                joined(" ", kind(memory), figure(memory.gigabytes(), "GB")),
                prefixed("largest variant ", figure(memory.gigabytesMax(), "GB")),
                prefixed("usable ", figure(memory.usableGibibytes(), "GiB")),
                figure(memory.gigabytesPerSecond(), "GB/s"))));
    evidence(memory.evidence());
  }

  private void interconnect(Interconnect link) {
    line(
        "interconnect",
        known(
            joined(
                ", ",
                link.kind(),
                prefixed("total ", figure(link.totalGigabytesPerSecond(), "GB/s")),
                link.direction(),
                prefixed("one way ", figure(link.unidirectionalGigabytesPerSecond(), "GB/s")),
                prefixed("one link ", figure(link.perLinkGigabytesPerSecond(), "GB/s")),
                link.joins() == null ? null : "joins " + link.joins() + " devices")));
    evidence(link.evidence());
  }

  private void product(Product product) {
    var parts = product.partitions();
    var known =
        joined(
            ", ",
            prefixed("clock ", figure(product.clockGigahertz(), "GHz")),
            parts == null ? null : "can be split into " + parts,
            product.lifecycle().entrySet().stream()
                .map(entry -> entry.getKey() + ": " + entry.getValue())
                .collect(Collectors.joining("; ")));
    if (!known.isEmpty()) {
      line("product", known);
      evidence(product.evidence());
    }
  }

  private void measured(Measurement measured) {
    line(
        "measured",
        joined(
            ": ",
            measured.name(),
            joined("; ", figure(measured.value(), measured.unit()), measured.note())));
    sources(measured.sources());
  }

  private void disagreement(Disagreement disagreement) {
    line("disagreement", "about " + disagreement.what());
    for (var claim : disagreement.claims()) {
      more("said", claim.says() + prefixed(" -- ", texts(claim.sources())));
    }
    more("taken", disagreement.choice());
    more("because", disagreement.because());
  }

  private void evidence(Evidence evidence) {
    more("note", evidence.note());
    sources(evidence.sources());
    more("confidence", evidence.confidence());
  }

  private void sources(List<Citation> sources) {
    sources.forEach(source -> more("source", text(source)));
  }

  private static String texts(List<Citation> sources) {
    return sources.stream().map(AcceleratorText::text).collect(Collectors.joining("; "));
  }

  private static String text(Citation source) {
    return source.text() + (source.read() == null ? "" : ", read on " + source.read());
  }

  private void line(String label, String value) {
    facts.line(label, value);
  }

  private void more(String label, String value) {
    if (!value.isEmpty()) {
      facts.detail(label + ": " + value);
    }
  }

  private static String known(String value) {
    return value.isEmpty() ? UNKNOWN : value;
  }

  private static String prefixed(String prefix, String value) {
    return value.isEmpty() ? "" : prefix + value;
  }

  private static String joined(String separator, @Nullable String... parts) {
    var present = new ArrayList<String>();
    for (var part : parts) {
      if (part != null && !part.isEmpty()) {
        present.add(part);
      }
    }
    return String.join(separator, present);
  }

  private static String figure(@Nullable Double value, String unit) {
    return value == null ? "" : (number(value) + " " + unit).stripTrailing();
  }

  /** As it was written down: no digit less, and no exponent. */
  private static String number(double value) {
    return new BigDecimal(Double.toString(value)).stripTrailingZeros().toPlainString();
  }
}
