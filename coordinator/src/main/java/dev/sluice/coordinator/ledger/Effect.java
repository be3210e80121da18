package dev.sluice.coordinator.ledger;

import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.DeadLetter;
import dev.sluice.schemas.wire.GradientEntry;
import dev.sluice.schemas.wire.JobControl;
import dev.sluice.schemas.wire.JobEvent;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.ModelEntry;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.Predict;
import dev.sluice.schemas.wire.Priority;
import dev.sluice.schemas.wire.Task;

/** What a decision sends; written in one transaction with the new state and the input cursor. */
public sealed interface Effect {

  /**
   * A task joins its lane.
   *
   * @param lane which
   * @param priority queue of the lane
   * @param task what to do
   */
  record Dispatch(String lane, Priority priority, Task task) implements Effect {

    /** The {@link Topic#queue queue} that the task goes to. */
    public String queue() {
      return task.action() instanceof Predict
          ? Topic.rowsQueue(lane)
          : Topic.queue(lane, task.engine());
    }
  }

  /**
   * Workers and fold learn what to do with a job.
   *
   * @param control the record
   */
  record Control(JobControl control) implements Effect {}

  /**
   * Another entity of the ledger is told or asked something.
   *
   * @param key whose partition it goes to
   * @param event what
   */
  record Tell(String key, JobEvent event) implements Effect {}

  /**
   * Every partition of the ledger is told something.
   *
   * @param event what
   */
  record TellAll(JobEvent event) implements Effect {}

  /**
   * A job's fold begins or ends, in every partition of {@code sluice.gradients}.
   *
   * @param jobId which
   * @param entry what
   */
  record Fold(String jobId, GradientEntry entry) implements Effect {}

  /**
   * A lane is published, for the workers that serve it.
   *
   * @param lane the record
   */
  record PublishLane(Lane lane) implements Effect {}

  /**
   * A model's name is published.
   *
   * @param entry the record
   */
  record Publish(ModelEntry entry) implements Effect {}

  /**
   * A model's version is published.
   *
   * @param version the record
   */
  record PublishVersion(ModelVersion version) implements Effect {}

  /**
   * A model's version is published no more.
   *
   * @param model name of the model
   * @param version its number
   */
  record Withdraw(String model, int version) implements Effect {}

  /**
   * Something could not be processed.
   *
   * @param letter what and why
   */
  record Bury(DeadLetter letter) implements Effect {}
}
