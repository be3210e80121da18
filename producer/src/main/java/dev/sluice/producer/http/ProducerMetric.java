package dev.sluice.producer.http;

import java.util.List;

/** Every metric that the producer exports, in Prometheus' conventions. */
public enum ProducerMetric {
  CONSUMERGROUP_LAG(
      "kafka_consumergroup_lag",
      "records",
      Type.GAUGE,
      List.of("consumergroup", "topic", "partition"),
      "Records of a partition that the group has not finished."),
  CONSUMERGROUP_LAG_SUM(
      "kafka_consumergroup_lag_sum",
      "records",
      Type.GAUGE,
      List.of("consumergroup", "topic"),
      "Records of a topic that the group has not finished."),
  CONSUMERGROUP_LAG_SECONDS(
      "kafka_consumergroup_lag_seconds",
      "seconds",
      Type.GAUGE,
      List.of("consumergroup"),
      "Age of the oldest record that waits for the group; 0 where none waits."),
  JOBS("sluice_jobs", "jobs", Type.GAUGE, List.of("status"), "Jobs that are known, by status."),
  DEAD_LETTERS(
      "sluice_dead_letters",
      "records",
      Type.GAUGE,
      List.of("reason"),
      "Dead letters whose records were not written back, the newest 10,000."),
  STATES_UNREAD(
      "sluice_states_unread",
      "records",
      Type.GAUGE,
      List.of(),
      "Jobs, models and lanes whose newest record can't be read, so that an older one is shown."),
  LANE_WAITING(
      "sluice_lane_waiting_tasks",
      "tasks",
      Type.GAUGE,
      List.of("lane"),
      "Tasks that no worker has."),
  LANE_RUNNING(
      "sluice_lane_running_tasks",
      "tasks",
      Type.GAUGE,
      List.of("lane"),
      "Tasks that a worker has."),
  LANE_PEAK(
      "sluice_lane_peak_waiting_tasks",
      "tasks",
      Type.GAUGE,
      List.of("lane"),
      "Most tasks waiting in any sample since the producer started."),
  LANE_IN(
      "sluice_lane_in_tasks_per_second",
      "tasks per second",
      Type.GAUGE,
      List.of("lane"),
      "Tasks that arrive."),
  LANE_OUT(
      "sluice_lane_out_tasks_per_second",
      "tasks per second",
      Type.GAUGE,
      List.of("lane"),
      "Tasks that are finished."),
  LANE_DRAIN(
      "sluice_lane_drain_seconds",
      "seconds",
      Type.GAUGE,
      List.of("lane"),
      "Time until nothing waits at the present rate; +Inf where tasks wait and none is finished."),
  LANE_WORKERS(
      "sluice_lane_workers",
      "workers",
      Type.GAUGE,
      List.of("lane"),
      "Workers of the lane that were heard of lately."),
  LANE_WORKERS_MIN(
      "sluice_lane_workers_min",
      "workers",
      Type.GAUGE,
      List.of("lane"),
      "Fewest workers an autoscaler keeps."),
  LANE_WORKERS_MAX(
      "sluice_lane_workers_max",
      "workers",
      Type.GAUGE,
      List.of("lane"),
      "Most workers an autoscaler starts."),
  HTTP_REQUESTS(
      "sluice_http_requests_total",
      "requests",
      Type.COUNTER,
      List.of("method", "status"),
      "Requests answered."),
  HTTP_SECONDS(
      "sluice_http_request_seconds_total",
      "seconds",
      Type.COUNTER,
      List.of("method", "status"),
      "Time from the arrival of requests to the end of their answers."),
  READY("sluice_ready", "", Type.GAUGE, List.of(), "1 where the producer can serve, else 0.");

  /** How a value behaves. */
  public enum Type {
    /** Goes up and down. */
    GAUGE,
    /** Only goes up while the process runs. */
    COUNTER
  }

  private final String metricName;
  private final String unit;
  private final Type type;
  private final String tags;
  private final String help;

  ProducerMetric(String metricName, String unit, Type type, List<String> tags, String help) {
    this.metricName = metricName;
    this.unit = unit;
    this.type = type;
    this.tags = String.join(",", tags);
    this.help = help;
  }

  /** The name that is exported. */
  public String metricName() {
    return metricName;
  }

  /** Unit; empty where there is none. */
  public String unit() {
    return unit;
  }

  /** How the value behaves. */
  public Type type() {
    return type;
  }

  /** Names of the tags, in order. */
  public List<String> tags() {
    return tags.isEmpty() ? List.of() : List.of(tags.split(",", -1));
  }

  /** What it says. */
  public String help() {
    return help;
  }
}
