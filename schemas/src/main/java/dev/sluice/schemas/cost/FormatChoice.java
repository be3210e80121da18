package dev.sluice.schemas.cost;

import dev.sluice.schemas.accelerator.AcceleratorModel;
import dev.sluice.schemas.accelerator.NumberFormat;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Which number format a workload is computed in. */
sealed interface FormatChoice {

  /** This one, whose rate is published. */
  record Taken(NumberFormat format) implements FormatChoice {}

  /** None, since the device doesn't take it. */
  record Impossible(String reason) implements FormatChoice {}

  /** Perhaps, but the rate isn't published. */
  record Unknown(String reason) implements FormatChoice {}

  /**
   * The format that is asked for, or the fastest of some.
   *
   * @param candidates formats to choose among where none is asked for; of equally fast ones the
   *     first wins
   */
  static FormatChoice of(
      AcceleratorModel accelerator, Optional<NumberFormat> asked, List<NumberFormat> candidates) {
    if (accelerator.peaks().isEmpty()) {
      return new Unknown(
          "No rate of "
              + accelerator.id()
              + " is published, so nothing can be predicted on it. An operator's catalogue file can"
              + " give one.");
    }
    if (asked.isPresent()) {
      return asked(accelerator, asked.get());
    }
    NumberFormat fastest = null;
    double most = 0;
    for (var format : candidates) {
      var peak = accelerator.peak(format);
      if (peak.isPresent() && peak.getAsDouble() > most) {
        most = peak.getAsDouble();
        fastest = format;
      }
    }
    if (fastest != null) {
      return new Taken(fastest);
    }
    boolean accepted = candidates.stream().anyMatch(accelerator.ratesUnpublished()::contains);
    var why =
        "No rate of %s in %s is published; it has %s."
            .formatted(
                accelerator.id(),
                labels(candidates, " or "),
                labels(accelerator.peaks().keySet(), ", "));
    return accepted ? new Unknown(why) : new Impossible(why);
  }

  private static FormatChoice asked(AcceleratorModel accelerator, NumberFormat format) {
    if (accelerator.peaks().containsKey(format)) {
      return new Taken(format);
    }
    var published = labels(accelerator.peaks().keySet(), ", ");
    return accelerator.ratesUnpublished().contains(format)
        ? new Unknown(
            "The rate of %s in %s isn't published, though its software accepts it. Published are %s."
                .formatted(accelerator.id(), format.label(), published))
        : new Impossible(
            "%s doesn't take %s. Take one of %s."
                .formatted(accelerator.id(), format.label(), published));
  }

  private static String labels(Collection<NumberFormat> formats, String separator) {
    return formats.stream().map(NumberFormat::label).collect(Collectors.joining(separator));
  }
}
