package dev.sluice.producer.http;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a request prefers, as RFC 7240 has it: {@code Prefer: wait=10}. */
final class Preference {

  private static final Pattern WAIT =
      Pattern.compile("(?i)(?:^|[,;\\s])wait\\s*=\\s*\"?([0-9]{1,6})\"?(?=$|[,;\\s])");

  private Preference() {}

  /**
   * How long to wait for the outcome, at most as long as for anything; empty where nothing is said
   * of that. What can't be understood is passed over, as the standard wants it.
   *
   * @param header what the request prefers; null: nothing
   */
  static Optional<Duration> wait(@Nullable String header) {
    if (header == null) {
      return Optional.empty();
    }
    var match = WAIT.matcher(header);
    if (!match.find()) {
      return Optional.empty();
    }
    var asked = Duration.ofSeconds(Long.parseLong(match.group(1)));
    return Optional.of(asked.compareTo(LongPoll.WAIT_MAX) < 0 ? asked : LongPoll.WAIT_MAX)
        .filter(Duration::isPositive);
  }
}
