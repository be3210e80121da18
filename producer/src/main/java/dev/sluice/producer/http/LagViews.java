package dev.sluice.producer.http;

import dev.sluice.producer.api.LagHistoryView;
import dev.sluice.producer.api.LagView;
import dev.sluice.producer.api.QueueView;
import dev.sluice.producer.lag.LagReport;
import dev.sluice.producer.lag.QueueLag;

/** From samples of lag to what the API shows of them. */
final class LagViews {

  private LagViews() {}

  static LagView of(LagReport report) {
    return new LagView(
        report.sampledMs(),
        report.lanes().stream().map(LagViews::queue).toList(),
        report.topics().stream().map(LagViews::queue).toList());
  }

  static LagHistoryView history(LagReport report) {
    return new LagHistoryView(
        report.queues().stream()
            .map(
                lag ->
                    new LagHistoryView.Curve(
                        lag.queue().name(),
                        lag.recent().stream()
                            .map(sample -> new long[] {sample.atMs(), sample.waiting()})
                            .toList()))
            .toList());
  }

  static QueueView queue(QueueLag lag) {
    return new QueueView(
        lag.queue().name(),
        lag.queue().group(),
        lag.waiting(),
        lag.running(),
        lag.oldestAgeMs(),
        lag.inPerSecond(),
        lag.outPerSecond(),
        lag.drainSeconds(),
        lag.peakWaiting(),
        lag.partitions().stream()
            .map(
                backlog ->
                    new QueueView.PartitionView(
                        backlog.topic(),
                        backlog.partition(),
                        backlog.unfinished(),
                        backlog.exact()))
            .toList());
  }
}
