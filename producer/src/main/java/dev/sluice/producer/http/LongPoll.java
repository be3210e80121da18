package dev.sluice.producer.http;

import dev.sluice.jobs.state.Job;
import dev.sluice.producer.view.JobsView;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How long an answer about a job may wait for news of it.
 *
 * @param longest longest wait
 * @param toTheEnd whether only the outcome is news
 * @param since the state that the asker knows, by its {@code updatedMs}; null: the present one
 */
record LongPoll(Duration longest, boolean toTheEnd, @Nullable Long since) {

  static final Duration WAIT_MAX = Duration.ofSeconds(60);

  private static final Pattern SPAN = Pattern.compile("([0-9]{1,6})(ms|s)");
  private static final Pattern MS = Pattern.compile("[0-9]{1,18}");

  /** What a request asks for; empty where it does not wait. */
  static Optional<LongPoll> of(Request request) {
    var span = request.query("wait");
    if (span.isEmpty()) {
      if (request.query("until").isPresent() || request.query("since").isPresent()) {
        throw Request.bad("Query parameters until and since go with wait, such as wait=30s.");
      }
      return Optional.empty();
    }
    var until = request.query("until").orElse("change");
    if (!until.equals("change") && !until.equals("final")) {
      throw Request.bad("Query parameter until must be change or final.");
    }
    return Optional.of(
        new LongPoll(
            span(span.get()),
            until.equals("final"),
            request.query("since").map(LongPoll::ms).orElse(null)));
  }

  private static Duration span(String text) {
    var match = SPAN.matcher(text);
    if (match.matches()) {
      long n = Long.parseLong(match.group(1));
      var wait = match.group(2).equals("s") ? Duration.ofSeconds(n) : Duration.ofMillis(n);
      if (wait.compareTo(WAIT_MAX) <= 0) {
        return wait;
      }
    }
    throw Request.bad(
        "Query parameter wait must be a time such as 30s or 500ms, at most "
            + WAIT_MAX.toSeconds()
            + "s.");
  }

  private static Long ms(String text) {
    if (!MS.matcher(text).matches()) {
      throw Request.bad("Query parameter since must be the updatedMs of the state that is known.");
    }
    return Long.valueOf(text);
  }

  /** Whether a state is news to who knows this one. */
  Predicate<Job> until(Job now) {
    long known = since == null ? now.updatedMs() : since;
    return state ->
        JobsView.isTerminal(state.status())
            || (!toTheEnd && (state.updatedMs() != known || state.status() != now.status()));
  }
}
