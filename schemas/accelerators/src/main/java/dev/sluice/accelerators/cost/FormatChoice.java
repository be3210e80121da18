package dev.sluice.accelerators.cost;

import dev.sluice.accelerators.catalogue.AcceleratorModel;
import dev.sluice.accelerators.catalogue.NumberFormat;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** In which number formats a workload can be computed. */
sealed interface FormatChoice {

  /**
   * In these, whose rates are published.
   *
   * @param formats at least one, that of the highest peak first
   */
  record Taken(List<NumberFormat> formats) implements FormatChoice {}

  /** In none, since the device doesn't take them. */
  record Impossible(String reason) implements FormatChoice {}

  /** Perhaps, but the rate isn't published, or not even whether the device takes it. */
  record Unknown(String reason) implements FormatChoice {}

  /**
   * The format that is asked for, or those of some that the device has rates of.
   *
   * @param candidates formats to choose among where none is asked for; of equally fast ones the
   *     first wins
   */
  static FormatChoice of(
      AcceleratorModel accelerator, Optional<NumberFormat> asked, List<NumberFormat> candidates) {
    return of(accelerator, asked, candidates, List.of(NumberFormat.values()));
  }

  /**
   * The same where not every format suits the work.
   *
   * @param suitable formats that messages may propose; asked is one of them
   */
  static FormatChoice of(
      AcceleratorModel accelerator,
      Optional<NumberFormat> asked,
      List<NumberFormat> candidates,
      List<NumberFormat> suitable) {
    if (accelerator.peaks().isEmpty()) {
      return new Unknown(
          "No rate of "
              + accelerator.id()
              + " is published, so nothing can be predicted on it. An operator's catalogue file can"
              + " give one.");
    }
    if (asked.isPresent()) {
      return asked(accelerator, asked.get(), suitable);
    }
    var rated =
        candidates.stream()
            .filter(accelerator.peaks()::containsKey)
            .sorted(Comparator.comparingDouble(f -> -accelerator.peak(f).orElse(0)))
            .toList();
    if (!rated.isEmpty()) {
      return new Taken(rated);
    }
    if (candidates.stream().allMatch(accelerator::refuses)) {
      return new Impossible(
          "%s takes none of %s: it computes in %s."
              .formatted(
                  accelerator.id(), labels(candidates, ", "), labels(accelerator.formats(), ", ")));
    }
    return new Unknown(
        "No rate of %s in %s is published; it has %s."
            .formatted(
                accelerator.id(),
                labels(candidates, " or "),
                labels(accelerator.peaks().keySet(), ", ")));
  }

  private static FormatChoice asked(
      AcceleratorModel accelerator, NumberFormat format, List<NumberFormat> suitable) {
    if (accelerator.peaks().containsKey(format)) {
      return new Taken(List.of(format));
    }
    if (accelerator.refuses(format)) {
      return new Impossible(
          accelerator.id() + " doesn't take " + format.label() + take(accelerator, suitable));
    }
    return new Unknown(
        (accelerator.ratesUnpublished().contains(format)
                    ? "The rate of %s in %s isn't published, though its software accepts it"
                    : "Whether %s takes %s isn't published")
                .formatted(accelerator.id(), format.label())
            + take(accelerator, suitable));
  }

  /** The end of a sentence, and which formats to take instead. */
  static String take(AcceleratorModel accelerator, List<NumberFormat> suitable) {
    var rated = accelerator.peaks().keySet().stream().filter(suitable::contains).toList();
    return rated.isEmpty() ? "." : ". Take one of " + labels(rated, ", ") + ".";
  }

  /** Formats as messages list them. */
  static String labels(Collection<NumberFormat> formats, String separator) {
    return formats.stream().map(NumberFormat::label).collect(Collectors.joining(separator));
  }
}
