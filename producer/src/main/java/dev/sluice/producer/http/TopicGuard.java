package dev.sluice.producer.http;

import dev.sluice.producer.api.Problem;
import dev.sluice.producer.api.ProblemType;
import dev.sluice.schemas.wire.Cause;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Refuses whatever would be written while topics are not what they were made as: it would get where
 * nobody looks for it.
 */
final class TopicGuard implements Handler<RoutingContext> {

  private static final Set<HttpMethod> READING =
      Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

  private final Supplier<List<Cause>> unfit;

  /**
   * @param unfit what is wrong with the topics; empty where nothing is
   */
  TopicGuard(Supplier<List<Cause>> unfit) {
    this.unfit = unfit;
  }

  @Override
  public void handle(RoutingContext context) {
    var causes = unfit.get();
    if (causes.isEmpty() || READING.contains(context.request().method())) {
      context.next();
    } else {
      Dispatcher.send(
          context.response().putHeader("Connection", "close"),
          HttpAnswer.problem(
              Problem.of(
                  ProblemType.UNAVAILABLE,
                  "Nothing is accepted: the topics are no longer what they were made as.",
                  causes)));
    }
  }
}
