package dev.sluice.deploy.standalone;

import dev.sluice.deploy.broker.BrokerStartException;
import dev.sluice.platform.cluster.Topics;
import dev.sluice.platform.config.ConfigProblem;
import dev.sluice.platform.process.ServiceOutput;
import dev.sluice.platform.process.Trouble;
import dev.sluice.producer.cli.ExitCode;
import dev.sluice.producer.client.SluiceException;
import dev.sluice.producer.http.HttpApi;
import dev.sluice.worker.natives.NativesUnavailable;
import java.io.UncheckedIOException;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/** What keeps a cluster from starting, in words for people. */
public final class StartFailures {
  private StartFailures() {}

  /**
   * Says what went wrong.
   *
   * @param failure what {@link Standalone#start} has ended with
   */
  public static void say(Exception failure, ServiceOutput output) {
    switch (failure) {
      case ConfigProblem e -> output.error(e);
      case Topics.TopicsUnavailable e ->
          output.error(Trouble.NOT_STARTED, String.valueOf(e.getMessage()), e.problems());
      default -> output.error(Trouble.NOT_STARTED, String.valueOf(failure.getMessage()));
    }
  }

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
      case NativesUnavailable e -> ExitCode.JOB_FAILED;
      case Topics.TopicsUnavailable e -> ExitCode.UNREACHABLE;
      case SluiceException e -> ExitCode.UNREACHABLE;
      case KafkaException e -> ExitCode.UNREACHABLE;
      case UncheckedIOException e -> ExitCode.JOB_FAILED;
      default -> null;
    };
  }
}
