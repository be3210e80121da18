package dev.sluice.producer.http;

import dev.sluice.producer.api.Problem;
import dev.sluice.producer.api.ProblemType;
import dev.sluice.producer.api.WorkerView;
import dev.sluice.producer.lag.LagReport;
import dev.sluice.producer.lag.QueueLag;
import dev.sluice.producer.spec.ApiWords;
import dev.sluice.producer.view.FleetView;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.stream.Collectors;

/** What operators look at: fleet, lag, health, metrics and the dashboard. */
final class OperationRoutes {

  /** A silent worker is shown for so many times the limit of silence. */
  private static final int SHOWN_SILENCES = 20;

  /** The page brings all it needs and talks to nobody but this server. */
  private static final String PAGE_POLICY =
      "default-src 'none'; connect-src 'self'; img-src data:; style-src 'unsafe-inline';"
          + " script-src 'unsafe-inline'; frame-ancestors 'none'";

  private final Services services;
  private final HttpMetrics requests;

  OperationRoutes(Services services, HttpMetrics requests) {
    this.services = services;
    this.requests = requests;
  }

  HttpAnswer fleet(Request request) {
    long nowMs = services.clock().millis();
    long silenceMs = services.workerSilence().toMillis();
    var workers = services.view().fleet().since(nowMs - SHOWN_SILENCES * silenceMs);
    var processes =
        workers.stream()
            .filter(worker -> worker.heardMs() >= nowMs - silenceMs)
            .collect(Collectors.groupingBy(OperationRoutes::id, Collectors.counting()));
    return HttpAnswer.json(
        Map.of(
            "workers",
            workers.stream()
                .map(
                    worker ->
                        view(
                            worker,
                            nowMs,
                            processes.getOrDefault(id(worker), 0L).intValue(),
                            worker.heardMs() < nowMs - silenceMs))
                .toList()));
  }

  private static String id(FleetView.Worker worker) {
    return worker.heartbeat().worker();
  }

  HttpAnswer lag(Request request) {
    return HttpAnswer.json(LagViews.of(sampled()));
  }

  HttpAnswer lagHistory(Request request) {
    return HttpAnswer.json(LagViews.history(sampled()));
  }

  private LagReport sampled() {
    var report = services.lag().get();
    if (report.sampledMs() == 0) {
      throw Problem.of(
              ProblemType.STILL_READING, "Lag is being sampled for the first time; ask again soon.")
          .toException();
    }
    return report;
  }

  HttpAnswer health(Request request) {
    var health = services.health().get();
    return HttpAnswer.json(health.ready() ? 200 : 503, health, Map.of());
  }

  HttpAnswer metrics(Request request) {
    var page = new MetricsPage();
    page.add(ProducerMetric.READY, services.health().get().ready() ? 1 : 0);
    services
        .view()
        .jobs()
        .counts()
        .forEach((status, count) -> page.add(ProducerMetric.JOBS, count, ApiWords.of(status)));
    if (services.deadLetters().reading().isEmpty()) {
      services
          .deadLetters()
          .counts()
          .forEach(
              (reason, count) -> page.add(ProducerMetric.DEAD_LETTERS, count, ApiWords.of(reason)));
    }
    page.add(ProducerMetric.STATES_UNREAD, services.view().unread().all().size());
    var report = services.lag().get();
    report.queues().forEach(lag -> addGroup(page, lag));
    report.lanes().forEach(lag -> addLane(page, lag));
    addDeclared(page);
    requests.addTo(page);
    return HttpAnswer.text(MetricsPage.MEDIA_TYPE, page.text());
  }

  HttpAnswer dashboard(Request request) {
    try (var page = OperationRoutes.class.getResourceAsStream("dashboard.html")) {
      if (page == null) {
        throw new IllegalStateException("the build lacks dashboard.html");
      }
      return new HttpAnswer.Whole(
          200,
          "text/html; charset=utf-8",
          Map.of("Content-Security-Policy", PAGE_POLICY),
          Buffer.buffer(page.readAllBytes()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void addGroup(MetricsPage page, QueueLag lag) {
    var group = lag.queue().group();
    lag.partitions()
        .forEach(
            backlog ->
                page.add(
                    ProducerMetric.CONSUMERGROUP_LAG,
                    (double) backlog.unfinished(),
                    group,
                    backlog.topic(),
                    String.valueOf(backlog.partition())));
    lag.partitions().stream()
        .collect(
            Collectors.groupingBy(
                backlog -> backlog.topic(),
                Collectors.summingLong(backlog -> backlog.unfinished())))
        .forEach((topic, sum) -> page.add(ProducerMetric.CONSUMERGROUP_LAG_SUM, sum, group, topic));
    var ageMs = lag.oldestAgeMs();
    page.add(ProducerMetric.CONSUMERGROUP_LAG_SECONDS, ageMs == null ? 0 : ageMs / 1000.0, group);
  }

  private static void addLane(MetricsPage page, QueueLag lag) {
    var lane = lag.queue().name();
    var drain = lag.drainSeconds();
    page.add(ProducerMetric.LANE_WAITING, (double) lag.waiting(), lane)
        .add(ProducerMetric.LANE_RUNNING, (double) lag.running(), lane)
        .add(ProducerMetric.LANE_PEAK, (double) lag.peakWaiting(), lane)
        .add(ProducerMetric.LANE_IN, lag.inPerSecond(), lane)
        .add(ProducerMetric.LANE_OUT, lag.outPerSecond(), lane)
        .add(ProducerMetric.LANE_DRAIN, drain == null ? Double.POSITIVE_INFINITY : drain, lane);
  }

  private void addDeclared(MetricsPage page) {
    long since = services.clock().millis() - services.workerSilence().toMillis();
    var workers =
        services.view().fleet().since(since).stream()
            .collect(
                Collectors.groupingBy(worker -> worker.heartbeat().lane(), Collectors.counting()));
    for (var lane : services.view().lanes()) {
      page.add(ProducerMetric.LANE_WORKERS, workers.getOrDefault(lane.lane(), 0L), lane.lane())
          .add(ProducerMetric.LANE_WORKERS_MIN, lane.workersMin(), lane.lane())
          .add(ProducerMetric.LANE_WORKERS_MAX, lane.workersMax(), lane.lane());
    }
  }

  private static WorkerView view(
      FleetView.Worker worker, long nowMs, int processes, boolean silent) {
    var heartbeat = worker.heartbeat();
    return new WorkerView(
        heartbeat.worker(),
        heartbeat.lane(),
        heartbeat.accelerator(),
        heartbeat.modelled(),
        heartbeat.engine(),
        heartbeat.host(),
        heartbeat.pid(),
        heartbeat.running(),
        heartbeat.jobs(),
        heartbeat.finished(),
        heartbeat.samplesPerSecond(),
        worker.startedMs(),
        Math.max(0, nowMs - worker.startedMs()),
        worker.heardMs(),
        heartbeat.leaving(),
        heartbeat.taskSeconds(),
        heartbeat.life(),
        processes,
        silent);
  }
}
