package dev.sluice.worker.exchange;

import dev.sluice.worker.compute.FoldExchange;
import dev.sluice.worker.compute.GroupSum;
import dev.sluice.worker.compute.JobExchange;
import dev.sluice.worker.training.JobParameters;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The exchange with folds over {@code sluice.gradients} and {@code sluice.parameters}.
 *
 * @param gradients takes contributions
 * @param follower brings parameters
 */
public record KafkaExchange(GradientLog gradients, ParameterFollower follower)
    implements FoldExchange {

  @Override
  public JobExchange follow(String jobId, long floats) {
    return new OfJob(gradients, follower, follower.follow(jobId, floats), new AtomicReference<>());
  }

  private record OfJob(
      GradientLog gradients,
      ParameterFollower follower,
      JobParameters parameters,
      AtomicReference<@Nullable Exception> unsent)
      implements JobExchange {

    @Override
    public void contribute(GroupSum sum) {
      gradients.contribute(parameters.jobId(), parameters.blocks(), sum, unsent::set);
    }

    @Override
    public void flush() {
      gradients.flush();
    }

    @Override
    public @Nullable Exception failure() {
      return unsent.get();
    }

    @Override
    public void close() {
      follower.leave(parameters);
      parameters.close();
    }
  }
}
