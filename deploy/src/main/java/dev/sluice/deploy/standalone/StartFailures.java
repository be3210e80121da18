package dev.sluice.deploy.standalone;

import dev.sluice.deploy.broker.BrokerStartException;
import dev.sluice.producer.cli.ExitCode;
import dev.sluice.producer.client.SluiceException;
import dev.sluice.producer.http.HttpApi;
import dev.sluice.schemas.config.ConfigProblem;
import dev.sluice.schemas.topics.Topics;
import java.io.UncheckedIOException;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/** What keeps a cluster from starting, in words for people. */
public final class StartFailures {
  private StartFailures() {}

  /**
   * The exit code of a failure that {@link Standalone#start} may end with.
   *
   * @return null for a failure that is a defect
   */
  public static @Nullable ExitCode exitCode(Exception failure) {
    return switch (failure) {
      case ConfigProblem e -> ExitCode.BAD_INPUT;
      case BrokerStartException e -> ExitCode.BAD_INPUT;
      case HttpApi.ListenFailed e -> ExitCode.BAD_INPUT;
      case StandaloneException e -> ExitCode.JOB_FAILED;
      case Topics.TopicsUnavailable e -> ExitCode.UNREACHABLE;
      case SluiceException e -> ExitCode.UNREACHABLE;
      case KafkaException e -> ExitCode.UNREACHABLE;
      case UncheckedIOException e -> ExitCode.JOB_FAILED;
      default -> null;
    };
  }
}
