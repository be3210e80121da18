package dev.sluice.producer.http;

import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** Counts requests by method and status. */
final class HttpMetrics {

  /** Methods that the API knows; others count as one, so that nobody can make up metrics. */
  private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "DELETE");

  private record Kind(String method, int status) {}

  private record Count(LongAdder requests, LongAdder nanos) {}

  private final Map<Kind, Count> counts = new ConcurrentHashMap<>();

  /** Lets a request through and counts it once it is answered. */
  void count(RoutingContext context) {
    long began = System.nanoTime();
    context.addEndHandler(
        ended -> {
          var method = context.request().method().name();
          var kind =
              new Kind(
                  METHODS.contains(method) ? method : "other", context.response().getStatusCode());
          var count =
              counts.computeIfAbsent(kind, k -> new Count(new LongAdder(), new LongAdder()));
          count.requests().increment();
          count.nanos().add(System.nanoTime() - began);
        });
    context.next();
  }

  void addTo(MetricsPage page) {
    counts.forEach(
        (kind, count) -> {
          var status = String.valueOf(kind.status());
          page.add(
              ProducerMetric.HTTP_REQUESTS, (double) count.requests().sum(), kind.method(), status);
          page.add(ProducerMetric.HTTP_SECONDS, count.nanos().sum() / 1e9, kind.method(), status);
        });
  }
}
