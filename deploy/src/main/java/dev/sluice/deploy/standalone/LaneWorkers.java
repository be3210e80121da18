package dev.sluice.deploy.standalone;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Workers of one lane.
 *
 * @param lane lane that they serve
 * @param accelerator accelerator model of the lane, as in the catalogue
 * @param workers how many
 */
public record LaneWorkers(String lane, String accelerator, int workers) {

  private static final Pattern FORM = Pattern.compile("([^=:]+)=([^=:]+)(?::([0-9]{1,4}))?");

  /** Reads {@code LANE=MODEL} for one worker, or {@code LANE=MODEL:WORKERS}. */
  public static Optional<LaneWorkers> parse(String text) {
    var form = FORM.matcher(text);
    if (!form.matches()) {
      return Optional.empty();
    }
    var count = form.group(3);
    return Optional.of(
        new LaneWorkers(form.group(1), form.group(2), count == null ? 1 : Integer.parseInt(count)));
  }
}
