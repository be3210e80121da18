package dev.sluice.producer.spec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.jobs.rules.JobValidation;
import dev.sluice.schemas.wire.Activation;
import dev.sluice.schemas.wire.Adam;
import dev.sluice.schemas.wire.AdamW;
import dev.sluice.schemas.wire.AvgPool2d;
import dev.sluice.schemas.wire.BatchNorm;
import dev.sluice.schemas.wire.ClassWeight;
import dev.sluice.schemas.wire.ClassWeights;
import dev.sluice.schemas.wire.Constant;
import dev.sluice.schemas.wire.Conv2d;
import dev.sluice.schemas.wire.Cosine;
import dev.sluice.schemas.wire.CsvOptions;
import dev.sluice.schemas.wire.DatasetSpec;
import dev.sluice.schemas.wire.Dense;
import dev.sluice.schemas.wire.Dropout;
import dev.sluice.schemas.wire.EarlyStopping;
import dev.sluice.schemas.wire.Epochs;
import dev.sluice.schemas.wire.Flatten;
import dev.sluice.schemas.wire.Function;
import dev.sluice.schemas.wire.GlobalAvgPool;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.Layer;
import dev.sluice.schemas.wire.LayerNorm;
import dev.sluice.schemas.wire.LayerStack;
import dev.sluice.schemas.wire.Linear;
import dev.sluice.schemas.wire.LocalSteps;
import dev.sluice.schemas.wire.MaxPool2d;
import dev.sluice.schemas.wire.Missing;
import dev.sluice.schemas.wire.Network;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.schemas.wire.Optimizer;
import dev.sluice.schemas.wire.PlacementWishes;
import dev.sluice.schemas.wire.Priority;
import dev.sluice.schemas.wire.Rows;
import dev.sluice.schemas.wire.Scaling;
import dev.sluice.schemas.wire.Schedule;
import dev.sluice.schemas.wire.Sgd;
import dev.sluice.schemas.wire.StepDecay;
import dev.sluice.schemas.wire.Steps;
import dev.sluice.schemas.wire.SumEncoding;
import dev.sluice.schemas.wire.SumFormat;
import dev.sluice.schemas.wire.Target;
import dev.sluice.schemas.wire.TorchScript;
import dev.sluice.schemas.wire.TrainingSpec;
import dev.sluice.schemas.wire.Unplaceable;
import dev.sluice.schemas.wire.ValidationMetric;
import dev.sluice.schemas.wire.Work;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** A job written as JSON and read back is the same job. */
class JobJsonTest {
  private static final String DIGEST = "sha256:" + "0f".repeat(32);

  /** Random sound jobs: every kind of part, any value that its rules allow. */
  private static final class Jobs {
    private final Random random;

    Jobs(long seed) {
      random = new Random(seed);
    }

    JobSpec next() {
      return new JobSpec(
          one("default", "research"),
          one("", "Größe \"x\" \\ # 数字 😀", "null", "12", "a: b"),
          one(Priority.values()),
          one(List.<String>of(), List.of("cpu", "h100")),
          one(Unplaceable.values()),
          random.nextBoolean() ? training() : inference(),
          PlacementWishes.NONE);
    }

    private Work training() {
      boolean classes = random.nextBoolean();
      Network network = network(classes ? 3 : 1);
      DatasetSpec dataset = dataset(classes ? Target.CLASSIFICATION : Target.REGRESSION);
      return new TrainingSpec(
          dataset,
          network,
          classes
              ? Objective.CROSS_ENTROPY
              : one(Objective.MEAN_SQUARED_ERROR, Objective.MEAN_ABSOLUTE_ERROR, Objective.HUBER),
          this.<Optimizer>one(
              new Sgd(share(), false, share()),
              new Adam(share(), share(), 1e-8, share()),
              new AdamW(share(), share(), 1e-8, share())),
          share() + 1e-9,
          this.<Schedule>one(
              new Constant(), new StepDecay(3, 0.5), new Cosine(share()), new Linear(share())),
          random.nextInt(5),
          16 + random.nextInt(100),
          1 << (3 + random.nextInt(2)),
          random.nextBoolean() ? new Epochs(7) : new Steps(123_456_789L),
          random.nextLong(),
          random.nextBoolean() ? "digits" : null,
          one(
              ClassWeights.NONE,
              new ClassWeights(classes, List.of()),
              classes
                  ? new ClassWeights(false, List.of(new ClassWeight("1e3", 0.5)))
                  : ClassWeights.NONE),
          dataset.holdout() > 0 && random.nextBoolean()
              ? new EarlyStopping(3, ValidationMetric.LOSS, share())
              : null,
          one(
              SumEncoding.NONE,
              new SumEncoding(SumFormat.BF16, 0),
              new SumEncoding(SumFormat.INT8, 1 << random.nextInt(4))),
          network instanceof LayerStack stack
                  && stack.layers().stream().noneMatch(BatchNorm.class::isInstance)
              ? new LocalSteps(20, share() + 1e-3, share(), false)
              : null,
          random.nextBoolean() ? 0 : share() + 1e-3);
    }

    private Work inference() {
      DatasetSpec dataset = dataset(Target.CLASSIFICATION);
      return new InferenceSpec(
          "digits",
          one("1", "latest", "production"),
          dataset,
          one(256, InferenceSpec.BATCH_FOUND),
          one(List.<String>of(), List.of("row", "prediction", "label", "scores")));
    }

    private DatasetSpec dataset(Target target) {
      boolean second = random.nextBoolean();
      return new DatasetSpec(
          DIGEST,
          random.nextInt(3) == 0 ? null : Boolean.valueOf(random.nextBoolean()),
          one("y", "64", "true", "1e3"),
          one(List.<String>of(), List.of("0", "1", "a b", "null")),
          target,
          second ? 0 : 0.25,
          second ? DIGEST : null,
          random.nextLong(),
          Rows.HOLDOUT,
          one(Scaling.values()),
          one(Scaling.values()),
          new CsvOptions(one(",", ";", "\t"), random.nextInt(3), one("", "#")),
          one(Missing.values()),
          one(List.<String>of(), List.of("0", "a b")),
          target == Target.CLASSIFICATION && random.nextBoolean());
    }

    private Network network(int outputs) {
      if (random.nextInt(4) == 0) {
        return new TorchScript(DIGEST, one(List.<Integer>of(), List.of(1, 2, 2)));
      }
      List<Layer> layers = new ArrayList<>();
      if (random.nextBoolean()) {
        layers.add(new Conv2d(4, 1, 1, 0, random.nextBoolean()));
        layers.add(new BatchNorm(0.1 + share() / 2, 1e-5));
        layers.add(one(new MaxPool2d(2, 0, 1), new AvgPool2d(2, 1, 0)));
        layers.add(one(new GlobalAvgPool(), new Flatten()));
      } else {
        layers.add(new Flatten());
      }
      layers.add(new Dense(8, random.nextBoolean()));
      layers.add(new LayerNorm(1e-6));
      layers.add(new Activation(one(Function.values())));
      layers.add(new Dropout(share()));
      layers.add(new Dense(outputs, true));
      return new LayerStack(List.of(1, 2, 2), layers);
    }

    private double share() {
      return random.nextInt(10) == 0 ? 0 : random.nextDouble();
    }

    @SafeVarargs
    private <T> T one(T... of) {
      return of[random.nextInt(of.length)];
    }
  }

  @Test
  void everyJobIsReadBackAsItWasWritten() {
    Jobs jobs = new Jobs(5);
    for (int trial = 0; trial < 2_000; trial++) {
      JobSpec job = jobs.next();
      assertThat(JobValidation.check(job)).as(job.toString()).isEmpty();
      String json = JobJson.of(job).toString();
      switch (JobFile.parse(json)) {
        case JobFileResult.Parsed(JobSpec read, var files) -> {
          assertThat(read).isEqualTo(job);
          assertThat(files).isEmpty();
        }
        case JobFileResult.Invalid(var problems) ->
            throw new AssertionError(json + " gives " + problems);
      }
    }
  }

  @Test
  void jobFilesThatMeanTheSameHaveOneDigest() {
    String digest = digest("kind: inference\nmodel: digits\ndataset: {artifact: '%s'}");
    assertThat(digest)
        .isEqualTo(
            digest(
                "{\"dataset\": {\"artifact\": \"%s\"}, \"model\": \"digits@latest\", \"batch\":"
                    + " 0, \"kind\": \"inference\"}"));
    assertThat(digest)
        .isNotEqualTo(digest("kind: inference\nmodel: digits@1\ndataset: {artifact: '%s'}"));
  }

  private static String digest(String text) {
    return switch (JobFile.parse(text.formatted(DIGEST))) {
      case JobFileResult.Parsed parsed -> JobJson.digest(parsed.spec());
      case JobFileResult.Invalid(var problems) -> throw new AssertionError(problems.toString());
    };
  }
}
