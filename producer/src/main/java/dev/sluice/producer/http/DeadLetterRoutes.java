package dev.sluice.producer.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.producer.api.ApiJson;
import dev.sluice.producer.api.CauseView;
import dev.sluice.producer.api.DeadLetterPage;
import dev.sluice.producer.api.DeadLetterView;
import dev.sluice.producer.api.Problem;
import dev.sluice.producer.api.ProblemType;
import dev.sluice.producer.api.RedrivenView;
import dev.sluice.producer.letters.Letter;
import dev.sluice.producer.letters.LetterStore;
import dev.sluice.producer.spec.ApiWords;
import dev.sluice.schemas.wire.DeadLetterReason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Dead letters: what they are, and writing their records back. */
final class DeadLetterRoutes {

  private static final int PAGE_MAX = 1_000;

  /** No further records are begun with after this time; clients wait for longer. */
  private static final long REDRIVE_NANOS = TimeUnit.SECONDS.toNanos(30);

  private static final List<String> MEDIA_TYPES = List.of("application/json");
  private static final Set<String> FIELDS = Set.of("ids", "all", "reason");

  private static final String BODY =
      "The body must be {\"ids\": [\"sluice.jobs/0/7\", ...]} or {\"all\": true}, the latter with"
          + " \"reason\" where only some are meant.";

  private final LetterStore deadLetters;

  DeadLetterRoutes(LetterStore deadLetters) {
    this.deadLetters = deadLetters;
  }

  HttpAnswer list(Request request) {
    var reason = request.query("reason").map(DeadLetterRoutes::reason);
    int limit = request.number("limit", 100, 1, PAGE_MAX);
    var after = request.query("after").map(DeadLetterRoutes::place).orElse(Long.MAX_VALUE);
    var found =
        deadLetters.letters().reversed().stream()
            .filter(letter -> reason.isEmpty() || letter.reason() == reason.get())
            .filter(letter -> letter.at() < after)
            .limit(limit + 1L)
            .toList();
    var page = found.subList(0, Math.min(limit, found.size()));
    var counts = new TreeMap<String, Long>();
    deadLetters.counts().forEach((why, count) -> counts.put(ApiWords.of(why), count));
    return HttpAnswer.json(
        new DeadLetterPage(
            page.stream().map(DeadLetterRoutes::view).toList(),
            counts,
            found.size() > limit ? String.valueOf(page.getLast().at()) : null));
  }

  HttpAnswer redrive(Request request) {
    request.requireMediaType(MEDIA_TYPES);
    var body = body(request);
    var able =
        body.path("all").asBoolean() ? able(reason(body.get("reason"))) : ids(body.path("ids"));
    var redriven = new ArrayList<String>();
    var leftOut = new ArrayList<RedrivenView.LeftOut>();
    long beganNanos = System.nanoTime();
    int asked = 0;
    // Those at the beginning may wait for schemas that never come: the others are no less able.
    while (asked < able.size() && System.nanoTime() - beganNanos < REDRIVE_NANOS) {
      var some = able.subList(asked, Math.min(able.size(), asked + LetterStore.REDRIVEN_MAX));
      asked += some.size();
      try {
        var done = deadLetters.redrive(some);
        redriven.addAll(done.redriven());
        done.leftOut()
            .forEach(left -> leftOut.add(new RedrivenView.LeftOut(left.id(), left.why())));
      } catch (LetterStore.LettersUnavailable e) {
        throw Problem.of(
                ProblemType.UNAVAILABLE,
                "Not all was written back; the list shows which: "
                    + e.getMessage()
                    + ". Asking again does no harm.")
            .toException();
      }
    }
    return HttpAnswer.json(
        new RedrivenView(redriven, leftOut, asked < able.size() && !redriven.isEmpty()));
  }

  private List<String> able(Optional<DeadLetterReason> reason) {
    return deadLetters.letters().stream()
        .filter(letter -> reason.isEmpty() || letter.reason() == reason.get())
        .filter(letter -> letter.keptBecause().isEmpty())
        .map(Letter::id)
        .toList();
  }

  private static JsonNode body(Request request) {
    JsonNode body;
    try {
      body = ApiJson.MAPPER.readTree(request.body());
    } catch (JsonProcessingException e) {
      throw Request.bad("The body is not JSON: " + e.getOriginalMessage() + ".");
    }
    if (!body.isObject() || body.has("ids") == body.has("all")) {
      throw Request.bad(BODY);
    }
    body.fieldNames()
        .forEachRemaining(
            field -> {
              if (!FIELDS.contains(field)) {
                throw Request.bad("There is no field '" + field + "'. " + BODY);
              }
            });
    boolean notAll = body.has("all") && !body.get("all").asText().equals("true");
    boolean reasonForIds = body.has("ids") && body.has("reason");
    if (notAll || reasonForIds) {
      throw Request.bad(BODY);
    }
    return body;
  }

  private static List<String> ids(JsonNode ids) {
    if (!ids.isArray() || ids.isEmpty() || ids.size() > LetterStore.REDRIVEN_MAX) {
      throw Request.bad("ids must be a list of 1 to " + LetterStore.REDRIVEN_MAX + " ids. " + BODY);
    }
    var all = new ArrayList<String>();
    for (var id : ids) {
      if (!id.isTextual()) {
        throw Request.bad("An id is a text, such as sluice.jobs/0/7. " + BODY);
      }
      all.add(id.asText());
    }
    return all;
  }

  private static Optional<DeadLetterReason> reason(@Nullable JsonNode reason) {
    return reason == null ? Optional.empty() : Optional.of(reason(reason.asText()));
  }

  private static DeadLetterReason reason(String word) {
    return ApiWords.parse(DeadLetterReason.class, word)
        .orElseThrow(
            () ->
                Request.bad(
                    "There is no reason '"
                        + word
                        + "'. There are "
                        + Arrays.stream(DeadLetterReason.values())
                            .map(ApiWords::of)
                            .collect(Collectors.joining(", "))
                        + "."));
  }

  private static long place(String after) {
    try {
      return Long.parseLong(after);
    } catch (NumberFormatException e) {
      throw Request.bad("after must be the next of an earlier page.");
    }
  }

  private static DeadLetterView view(Letter letter) {
    return new DeadLetterView(
        letter.id(),
        letter.atMs(),
        letter.topic(),
        letter.partition(),
        letter.offset(),
        ApiWords.of(letter.reason()),
        CauseView.of(letter.cause()),
        letter.jobId(),
        letter.key(),
        letter.bytes(),
        letter.keptBecause().isEmpty(),
        letter.keptBecause().orElse(null),
        letter.redrivenMs());
  }
}
