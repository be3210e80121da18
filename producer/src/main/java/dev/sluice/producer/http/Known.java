package dev.sluice.producer.http;

import dev.sluice.producer.api.Problem;
import dev.sluice.producer.view.ReadingProgress;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Answers from the log only once it was read: before that, an answer might deny what exists.
 *
 * @param reading how far the log is read; empty once it was
 * @param run runs what answers
 */
record Known(Supplier<Optional<ReadingProgress>> reading, Dispatcher run) {

  /** A route's handler; until the log was read it says how far that is. */
  Handler<RoutingContext> to(Dispatcher.Endpoint endpoint) {
    return run.to(
        request -> {
          var far = reading.get();
          if (far.isPresent()) {
            throw Problem.stillReading(far.get()).toException();
          }
          return endpoint.answer(request);
        });
  }
}
