package dev.sluice.worker.exchange;

import dev.sluice.fold.Rounding;
import dev.sluice.schemas.wire.Contribution;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.worker.compute.FoldExchange;
import dev.sluice.worker.compute.GroupSum;
import dev.sluice.worker.compute.JobExchange;
import dev.sluice.worker.training.BlockSums;
import dev.sluice.worker.training.JobParameters;
import dev.sluice.worker.training.LocalFold;
import org.jspecify.annotations.Nullable;

/**
 * The exchange with folds over {@code sluice.gradients} and {@code sluice.parameters}.
 *
 * @param gradients takes contributions
 * @param follower brings parameters
 */
public record KafkaExchange(GradientLog gradients, JobFollower follower) implements FoldExchange {

  @Override
  public JobExchange follow(String jobId, NetworkFacts network, boolean fold, Rounding rounding) {
    var parameters = follower.parameters(jobId, network.floats());
    var folded = fold ? new LocalFold(parameters) : null;
    follower.follow(parameters, folded);
    var sums = new BlockSums(parameters.blocks(), network.parameters(), rounding);
    return new OfJob(gradients, follower, parameters, folded, sums, new Unstored());
  }

  private record OfJob(
      GradientLog gradients,
      JobFollower follower,
      JobParameters parameters,
      @Nullable LocalFold fold,
      BlockSums sums,
      Unstored unstored)
      implements JobExchange {

    @Override
    public void contribute(GroupSum sum) {
      if (!unstored.await()) {
        return; // failure() says why; nobody may think that the step before is in the log
      }
      gradients.contribute(parameters.jobId(), sum, sums, unstored, this::folded);
    }

    private void folded(Contribution contribution) {
      if (fold != null && fold.foldOwn(contribution)) {
        follower.ring();
      }
    }

    @Override
    public void flush() {
      gradients.flush();
    }

    @Override
    public @Nullable Exception failure() {
      return unstored.failure();
    }

    @Override
    public void close() {
      follower.leave(parameters);
      parameters.close();
    }
  }
}
