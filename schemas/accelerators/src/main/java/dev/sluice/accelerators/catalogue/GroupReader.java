package dev.sluice.accelerators.catalogue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.accelerators.catalogue.Training.VendorSoftware;
import dev.sluice.platform.document.Section;
import dev.sluice.schemas.wire.Code;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads the groups of figures of one accelerator. */
final class GroupReader {

  private final Section accelerator;
  private final SourceBook sources;

  GroupReader(Section accelerator, SourceBook sources) {
    this.accelerator = accelerator;
    this.sources = sources;
  }

  Rates rates() {
    var group = accelerator.section("peak");
    var peaks = new TreeMap<NumberFormat, Double>();
    for (var format : NumberFormat.values()) {
      var peak = figure(group, format.label(), Figure.PEAK);
      if (peak != null) {
        peaks.put(format, peak);
      }
    }
    var evidence = end(group, !peaks.isEmpty());
    var unpublished = new TreeSet<NumberFormat>();
    var names = accelerator.texts("rateUnpublished");
    for (int i = 0; i < names.size(); i++) {
      var where = accelerator.at("rateUnpublished") + "[" + i + "]";
      var format = format(names.get(i), where);
      if (format != null && notTwice(peaks.containsKey(format), format, where, "it has a peak")) {
        unpublished.add(format);
      }
    }
    return new Rates(peaks, unpublished, unsupported(peaks, unpublished), evidence);
  }

  /** A list of {@code fp8} or {@code fp8: note}. */
  private SortedMap<NumberFormat, String> unsupported(
      SortedMap<NumberFormat, Double> peaks, SortedSet<NumberFormat> unpublished) {
    var unsupported = new TreeMap<NumberFormat, String>();
    int index = 0;
    for (var item : accelerator.items("unsupported")) {
      var where = accelerator.at("unsupported") + "[" + index++ + "]";
      var name = item.isObject() && item.size() == 1 ? item.fieldNames().next() : item.asText();
      var format = format(name, where);
      if (format != null
          && notTwice(
              peaks.containsKey(format) || unpublished.contains(format),
              format,
              where,
              "it is accepted")) {
        unsupported.put(format, item.path(name).asText());
      }
    }
    return unsupported;
  }

  private @Nullable NumberFormat format(String label, String where) {
    var format = NumberFormat.of(label);
    if (format.isEmpty()) {
      accelerator.unknown(where, label, NumberFormat.labels());
    }
    return format.orElse(null);
  }

  private boolean notTwice(boolean twice, NumberFormat format, String where, String elsewhere) {
    if (twice) {
      accelerator
          .problems()
          .add(
              Code.NAMED_TWICE,
              where,
              "The format " + format.label() + " is given twice.",
              "Here it says one thing, and above " + elsewhere + ".",
              "Keep one of the two.");
    }
    return !twice;
  }

  OnChipMemory onChip() {
    var group = accelerator.section("onChip");
    var megabytes = figure(group, "megabytes", Figure.ON_CHIP);
    var rate = figure(group, "gigabytesPerSecond", Figure.ON_CHIP_RATE);
    var scope = group.text("scope", "");
    return new OnChipMemory(megabytes, rate, scope, end(group, any(megabytes, rate)));
  }

  Memory memory() {
    var group = accelerator.section("memory");
    var kind = group.text("kind");
    var size = figure(group, "gigabytes", Figure.MEMORY);
    var max = figure(group, "gigabytesMax", Figure.MEMORY);
    var usable = figure(group, "usableGibibytes", Figure.USABLE_MEMORY);
    var rate = figure(group, "gigabytesPerSecond", Figure.MEMORY_RATE);
    Contradictions.memory(group, kind, size, max, usable);
    var evidence = end(group, any(size, max, usable, rate));
    return new Memory(kind, size, max, usable, rate, evidence);
  }

  Interconnect interconnect() {
    var group = accelerator.section("interconnect");
    var kind = group.text("kind");
    var total = figure(group, "totalGigabytesPerSecond", Figure.LINK_RATE);
    var oneWay = figure(group, "unidirectionalGigabytesPerSecond", Figure.LINK_RATE);
    var link = figure(group, "perLinkGigabytesPerSecond", Figure.LINK_RATE);
    var joins = joins(group);
    var direction = group.text("direction", "");
    var evidence = end(group, any(total, oneWay, link) || joins != null);
    var interconnect = new Interconnect(kind, total, oneWay, link, joins, direction, evidence);
    Contradictions.interconnect(group, interconnect);
    return interconnect;
  }

  private static @Nullable Integer joins(Section group) {
    if (!group.has("joins")) {
      return null;
    }
    int joins = group.small("joins", 2);
    if (joins < 2) {
      group
          .problems()
          .add(
              Code.OUT_OF_RANGE,
              group.at("joins"),
              "The interconnect joins " + joins + " devices.",
              "It is the most devices that such links join in one system, so at least 2.",
              "Write a whole number from 2, or leave it out where it isn't published.");
      return null;
    }
    return joins;
  }

  HostLink hostLink() {
    var group = accelerator.section("hostLink");
    var kind = group.text("kind");
    var rate = figure(group, "gigabytesPerSecond", Figure.LINK_RATE);
    return new HostLink(kind, rate, end(group, any(rate)));
  }

  Power power() {
    var group = accelerator.section("power");
    var tdp = figure(group, "tdpWatts", Figure.POWER);
    var least = figure(group, "leastWatts", Figure.POWER);
    var most = figure(group, "mostWatts", Figure.POWER);
    boolean oneEnd = group.has("leastWatts") != group.has("mostWatts");
    boolean turned = least != null && most != null && least > most;
    if (oneEnd || turned) {
      group
          .problems()
          .add(
              Code.CONTRADICTION,
              group.at("leastWatts"),
              oneEnd ? "The range of power has one end." : "The range of power is upside down.",
              "It goes from `leastWatts` to `mostWatts`.",
              "Give both, the smaller as `leastWatts`, or neither.");
    }
    boolean range = least != null && most != null && !turned;
    var scope = group.choice("scope", Power.Scope.class, Power.Scope.DEVICE);
    var evidence = end(group, any(tdp, least, most));
    return new Power(tdp, range ? least : null, range ? most : null, scope, evidence);
  }

  Product product() {
    var group = accelerator.section("product");
    var clock = figure(group, "clockGigahertz", Figure.CLOCK);
    Integer partitions = group.has("partitions") ? group.small("partitions", 1) : null;
    if (partitions != null && partitions < 1) {
      group
          .problems()
          .add(
              Code.OUT_OF_RANGE,
              group.at("partitions"),
              "The number of partitions is " + partitions + ".",
              "A device that isn't split is one.",
              "Write a whole number from 1, or leave it out.");
      partitions = null;
    }
    var lifecycle = new LinkedHashMap<String, String>();
    var parts = group.section("lifecycle");
    for (var part : parts.names()) {
      lifecycle.put(part, parts.text(part, ""));
    }
    return new Product(clock, partitions, lifecycle, end(group, any(clock) || partitions != null));
  }

  Training training() {
    var group = accelerator.section("training");
    if (!group.has("vendorSoftware")) {
      group.missing("vendorSoftware", "It is yes, no, or unknown where nobody says.");
    }
    var answer = group.raw("vendorSoftware");
    VendorSoftware software;
    if (answer.isBoolean()) { // YAML's yes and no
      software = answer.booleanValue() ? VendorSoftware.YES : VendorSoftware.NO;
    } else {
      software = group.choice("vendorSoftware", VendorSoftware.class, VendorSoftware.UNKNOWN);
    }
    var evidence = group.required("evidence", "It says what the answer rests on.");
    group.end();
    return new Training(software, evidence);
  }

  List<Measurement> measured() {
    var measured = new ArrayList<Measurement>();
    for (var group : groups("measured")) {
      var name = group.required("name", "It says what was measured.");
      var given = figure(group, "value", Figure.MEASURED);
      var unit = group.text("unit", "");
      var value = Contradictions.share(group, name, given, unit);
      measured.add(
          new Measurement(name, value, unit, group.text("note", ""), sources.named(group)));
      requireSource(group, any(given));
      group.end();
    }
    return measured;
  }

  List<Disagreement> disagreements() {
    var disagreements = new ArrayList<Disagreement>();
    for (var group : groups("disagreements")) {
      var what = group.required("what", "It names the figure on which sources differ.");
      var claims = new ArrayList<Disagreement.Claim>();
      for (var claim : groups(group, "claims")) {
        claims.add(
            new Disagreement.Claim(
                claim.required("says", "It is what one side says."), sources.named(claim)));
        claim.end();
      }
      disagreements.add(
          new Disagreement(
              what,
              claims,
              group.required("choice", "It is what this catalogue takes."),
              group.required("because", "A choice without a reason is a guess.")));
      group.end();
    }
    return disagreements;
  }

  private List<Section> groups(String name) {
    return groups(accelerator, name);
  }

  private static List<Section> groups(Section parent, String name) {
    var groups = new ArrayList<Section>();
    for (JsonNode item : parent.items(name)) {
      groups.add(new Section(item, parent.at(name) + "[" + groups.size() + "]", parent.problems()));
    }
    return groups;
  }

  /** A figure within its bounds; null where it is absent or, which is noted, can't be. */
  private static @Nullable Double figure(Section group, String name, Figure figure) {
    if (!group.has(name)) {
      return null;
    }
    double value = group.number(name, Double.NaN);
    if (Double.isNaN(value)) {
      return null; // noted by the section
    }
    if (!figure.allows(value)) {
      group
          .problems()
          .add(
              Code.OUT_OF_RANGE,
              group.at(name),
              figure.noun() + " is " + figure.shown(value) + ".",
              figure.rule(),
              "Correct the figure or its unit, or leave it out where it isn't known.");
      return null;
    }
    return value;
  }

  private static boolean any(@Nullable Double... figures) {
    return Stream.of(figures).anyMatch(figure -> figure != null);
  }

  private Evidence end(Section group, boolean figures) {
    var evidence = sources.evidence(group);
    requireSource(group, figures);
    group.end();
    return evidence;
  }

  private static void requireSource(Section group, boolean figures) {
    if (figures && !group.has("source")) {
      group.missing("source", "A figure without a source can't be checked.");
    }
  }
}
