package dev.sluice.benchmark.section;

import dev.sluice.benchmark.peer.TorchDdp;
import dev.sluice.benchmark.process.BenchCluster;
import dev.sluice.benchmark.report.BenchRow;
import dev.sluice.producer.client.SluiceException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * Ways to exchange gradients: how soon a network is good, how many bytes that takes, and how good
 * it becomes. Seed after seed, all ways for each, until there are enough or the time is over.
 */
final class EncodingFigures implements BenchSection {
  private static final Duration JOB_MAX = Duration.ofMinutes(2);

  /** Less than a section may take. */
  private static final Duration ALL_MAX = Duration.ofMinutes(5);

  private static final int SEEDS = 5;

  /** A measurement this short is to show whether it runs. */
  private static final double QUICK_SECONDS = 3;

  private static final int HIDDEN = 64;
  private static final int BATCH = 64;
  private static final int LOCAL_STEPS = 12;
  private static final int SCALED = 256;
  private static final double MB = 1e6;
  private static final String PLAIN = "fp32";

  private static final List<Way> WAYS =
      List.of(
          new Way(PLAIN, "", 1, floats -> floats * Float.BYTES),
          new Way("bf16", "encoding: {bf16: {groups: 2}}", 1, floats -> floats * Short.BYTES),
          new Way("int8", "encoding: {int8: {groups: 2}}", 1, EncodingFigures::scaled),
          new Way(
              LOCAL_STEPS + " local steps",
              "localSteps: " + LOCAL_STEPS,
              LOCAL_STEPS,
              floats -> floats * Float.BYTES),
          new Way(
              LOCAL_STEPS + " local steps, int8",
              "localSteps: " + LOCAL_STEPS + "\nencoding: {int8: {groups: 2}}",
              LOCAL_STEPS,
              EncodingFigures::scaled));

  /**
   * A way to exchange.
   *
   * @param lines of the job
   * @param steps between two exchanges
   * @param bytes of a sum of so many numbers
   */
  private record Way(String name, String lines, int steps, ToDoubleFunction<Long> bytes) {}

  /**
   * What is learned.
   *
   * @param wanted accuracy that is waited for
   * @param peer whether the peer has it as well
   */
  private record Task(
      String name, Path rows, int label, int classes, int epochs, double wanted, boolean peer) {}

  /** What came of one seed; null: the accuracy was not reached. */
  private record Outcome(@Nullable Double seconds, @Nullable Double megabytes, double accuracy) {}

  @Override
  public String name() {
    return "encodings";
  }

  @Override
  public String title() {
    return "encodings and local steps, 2 workers, a mean of seeds";
  }

  @Override
  public void run(BenchContext context, Found found)
      throws IOException, SluiceException, InterruptedException {
    var cluster = context.cluster(BenchContext.Kind.USUAL);
    long endNanos = System.nanoTime() + ALL_MAX.toNanos();
    var tasks =
        List.of(
            new Task("digits", context.digits(), 64, 10, 30, 0.96, true),
            new Task("teacher", Teacher.rows(context.directory()), 20, 5, 20, 0.6, false));
    Map<String, List<Outcome>> ours = new LinkedHashMap<>();
    Map<String, List<Outcome>> peers = new LinkedHashMap<>();
    int seeds = context.seconds() < QUICK_SECONDS ? 1 : SEEDS;
    var first = tasks.getFirst();
    var _ =
        found.attempt(
            "warm-up",
            () -> {
              var rows = cluster.client().upload(first.rows()).artifact();
              return train(cluster, rows, first, WAYS.getFirst(), 0);
            });
    for (int seed = 1; seed <= seeds && System.nanoTime() < endNanos; seed++) {
      for (var task : tasks) {
        var rows = cluster.client().upload(task.rows()).artifact();
        for (var way : WAYS) {
          int of = seed;
          var what = String.format(Locale.ROOT, "%s, %s, seed %d", task.name(), way.name(), seed);
          var outcome = found.attempt(what, () -> train(cluster, rows, task, way, of));
          if (outcome != null) {
            ours.computeIfAbsent(key(task, way), key -> new ArrayList<>()).add(outcome);
          }
        }
        if (task.peer()) {
          peer(context, task, seed, found, peers);
        }
      }
    }
    tasks.forEach(task -> WAYS.forEach(way -> report(task, way, ours, peers, found)));
  }

  private static String key(Task task, Way way) {
    return task.name() + ", " + way.name();
  }

  private static Outcome train(BenchCluster cluster, String rows, Task task, Way way, long seed)
      throws SluiceException {
    var document =
        BenchJobs.exchanging(
            rows, task.label(), task.classes(), HIDDEN, task.epochs(), seed, way.lines());
    var rate = new TrainingRate();
    var client = cluster.client();
    var id = client.submit(document, BenchJobs.MEDIA_TYPE, null).jobId();
    var job = BenchJobs.succeeded(client.await(id, JOB_MAX, rate::add));
    rate.add(job);
    var training = job.training();
    var validation = training == null ? null : training.validation();
    var points = validation == null ? null : validation.points();
    if (training == null || points == null || points.isEmpty()) {
      throw new IllegalStateException("the job says nothing of its held-out rows");
    }
    double each = BenchContext.WORKERS * way.bytes().applyAsDouble(training.parameters()) / MB;
    Outcome reached = null;
    for (var point : points) {
      var score = point.score();
      if (reached == null && score != null && score >= task.wanted()) {
        reached = new Outcome(rate.secondsAt(point.step()), each * point.step(), score);
      }
    }
    var last = points.getLast().score();
    if (last == null) {
      throw new IllegalStateException("the job was not measured at its end");
    }
    return reached == null
        ? new Outcome(null, null, last)
        : new Outcome(reached.seconds(), reached.megabytes(), last);
  }

  /** The peer in step, and with as many steps between exchanges. */
  private static void peer(
      BenchContext context, Task task, int seed, Found found, Map<String, List<Outcome>> peers)
      throws InterruptedException {
    var torch = new TorchDdp(context.directory(), task.rows());
    for (int steps : List.of(1, LOCAL_STEPS)) {
      var what = String.format(Locale.ROOT, "PyTorch, %d steps, seed %d", steps, seed);
      var result =
          found.attempt(
              what,
              () -> torch.exchangeAfter(HIDDEN, BATCH, task.epochs(), steps, seed, task.wanted()));
      var accuracy = result == null ? null : result.figure("accuracy");
      if (result != null && accuracy != null) {
        peers
            .computeIfAbsent(peerOf(steps), key -> new ArrayList<>())
            .add(new Outcome(result.figure("secondsTo"), null, accuracy));
      }
    }
  }

  private static String peerOf(int steps) {
    return steps == 1 ? "PyTorch DDP" : "PyTorch, DiLoCo by hand";
  }

  private static void report(
      Task task,
      Way way,
      Map<String, List<Outcome>> ours,
      Map<String, List<Outcome>> peers,
      Found found) {
    var here = ours.getOrDefault(key(task, way), List.of());
    var plain = ours.getOrDefault(task.name() + ", " + PLAIN, List.of());
    var peer = task.peer() ? peers.getOrDefault(peerOf(way.steps()), List.of()) : null;
    if (here.isEmpty()) {
      return; // each attempt has said why
    }
    var name = key(task, way);
    var percent = String.format(Locale.ROOT, "%.0f %%", 100 * task.wanted());
    add(found, name + ": time to " + percent, "s", Outcome::seconds, here, plain, peer);
    add(found, name + ": gradients to " + percent, "MB", Outcome::megabytes, here, plain, null);
    var after = name + ": accuracy after " + task.epochs() + " epochs";
    add(found, after, "of 1", Outcome::accuracy, here, plain, peer);
  }

  private static void add(
      Found found,
      String what,
      String unit,
      Function<Outcome, @Nullable Double> figure,
      List<Outcome> here,
      List<Outcome> plain,
      @Nullable List<Outcome> peer) {
    var values = values(here, figure);
    var note =
        values.isEmpty()
            ? "never reached"
            : String.format(
                Locale.ROOT,
                "%d of %d seeds, %.3f to %.3f",
                values.size(),
                here.size(),
                values.stream().mapToDouble(value -> value).min().orElse(0),
                values.stream().mapToDouble(value -> value).max().orElse(0));
    var mean = mean(values);
    var row =
        mean == null
            ? BenchRow.absent(what, unit, note)
            : BenchRow.of(what, mean, unit).noted(note);
    row = row.against(PLAIN, mean(values(plain, figure)), "no figure");
    found.add(
        peer == null
            ? row
            : row.against("PyTorch, as often", mean(values(peer, figure)), "peer not run"));
  }

  private static List<Double> values(
      List<Outcome> outcomes, Function<Outcome, @Nullable Double> figure) {
    var values = new ArrayList<Double>();
    for (var outcome : outcomes) {
      var value = figure.apply(outcome);
      if (value != null) {
        values.add(value);
      }
    }
    return values;
  }

  private static @Nullable Double mean(List<Double> values) {
    return values.isEmpty()
        ? null
        : values.stream().mapToDouble(value -> value).average().orElseThrow();
  }

  private static double scaled(long floats) {
    return floats + Math.ceilDiv(floats, SCALED) * (double) Float.BYTES;
  }

  /**
   * Rows whose class a random network has decided on: harder than digits for a network its size.
   */
  private static final class Teacher {
    private static final int ROWS = 3_000;
    private static final int FEATURES = 20;
    private static final int UNITS = 16;
    private static final int CLASSES = 5;

    private Teacher() {}

    static Path rows(Path directory) throws IOException {
      var random = new Random(11);
      double[][] first = weights(random, UNITS, FEATURES);
      double[][] second = weights(random, CLASSES, UNITS);
      var file = directory.resolve("teacher.csv");
      try (var out = Files.newBufferedWriter(file)) {
        for (int row = 0; row < ROWS; row++) {
          double[] features = random.doubles(FEATURES, -2, 2).toArray();
          double[] scores = product(second, tanh(product(first, features)));
          int best = 0;
          for (int i = 1; i < CLASSES; i++) {
            best = scores[i] > scores[best] ? i : best;
          }
          for (double feature : features) {
            out.write(String.format(Locale.ROOT, "%.4f,", feature));
          }
          out.write(best + "\n");
        }
      }
      return file;
    }

    private static double[][] weights(Random random, int outputs, int inputs) {
      double[][] weights = new double[outputs][inputs];
      for (var one : weights) {
        for (int i = 0; i < inputs; i++) {
          one[i] = random.nextGaussian();
        }
      }
      return weights;
    }

    private static double[] product(double[][] weights, double[] inputs) {
      double[] outputs = new double[weights.length];
      for (int i = 0; i < outputs.length; i++) {
        for (int j = 0; j < inputs.length; j++) {
          outputs[i] += weights[i][j] * inputs[j];
        }
      }
      return outputs;
    }

    private static double[] tanh(double[] values) {
      return Arrays.stream(values).map(Math::tanh).toArray();
    }
  }
}
