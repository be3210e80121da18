package dev.sluice.worker.exchange;

import dev.sluice.schemas.wire.Contribution;
import dev.sluice.worker.compute.FoldExchange;
import dev.sluice.worker.compute.GroupSum;
import dev.sluice.worker.compute.JobExchange;
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
  public JobExchange follow(String jobId, long floats, boolean fold) {
    var parameters = follower.parameters(jobId, floats);
    var folded = fold ? new LocalFold(parameters) : null;
    follower.follow(parameters, folded);
    return new OfJob(
        gradients, follower, parameters, folded, parameters.blocks().room(), new Unstored());
  }

  @SuppressWarnings("ArrayRecordComponent") // written over with each block
  private record OfJob(
      GradientLog gradients,
      JobFollower follower,
      JobParameters parameters,
      @Nullable LocalFold fold,
      byte[] room,
      Unstored unstored)
      implements JobExchange {

    @Override
    public void contribute(GroupSum sum) {
      if (!unstored.await()) {
        return; // failure() says why; nobody may think that the step before is in the log
      }
      gradients.contribute(
          parameters.jobId(), parameters.blocks(), sum, room, unstored, this::folded);
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
