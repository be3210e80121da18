package dev.sluice.worker.trial;

import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.Fault;
import dev.sluice.schemas.wire.TorchScript;
import dev.sluice.worker.engine.EngineException;
import dev.sluice.worker.engine.InferenceEngine;
import dev.sluice.worker.engine.OnnxEngine;
import dev.sluice.worker.engine.TorchEngine;
import dev.sluice.worker.engine.TrainingEngine;
import dev.sluice.worker.engine.TrainingLoss;
import dev.sluice.worker.engine.TrainingProgram;
import java.io.DataInputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Locale;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * The child process: opens files and runs them once, with the engines that workers have.
 *
 * <p>Arguments: {@code onnx} or {@code torchscript}; most bytes of memory beside its own. Its
 * standard input begins with a token and goes on with requests; it ends when that does. What it
 * says stands in lines that begin with the token, because a file may print, too, and can't know it.
 */
public final class TrialMain {

  static final String READY = "ready";

  private static final int SAMPLES = 2;
  private static final long SEED = 1;

  /** Beyond the file itself, which is written again as libtorch reads it. */
  private static final long FILE_BYTES = 512L << 20;

  private final FileOutputStream out = new FileOutputStream(FileDescriptor.out);
  private final Trial trial;
  private final String token;

  /** Opens and runs a file. */
  private interface Trial {
    void run(TrialRequest request) throws EngineException, IOException;
  }

  private TrialMain(Trial trial, String token) {
    this.trial = trial;
    this.token = token;
  }

  /** See above. */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Locale.setDefault(Locale.ROOT); // libraries write and read numbers the same everywhere
    var in = new DataInputStream(System.in);
    var token = in.readUTF();
    var main = new TrialMain(of(arguments[0]), token);
    var requests = new ArrayBlockingQueue<TrialRequest>(1);
    Thread.ofPlatform().daemon().name("stdin").start(() -> read(in, requests));
    MemoryLimit.set(Long.parseLong(arguments[1]), FILE_BYTES);
    main.say(READY);
    while (true) {
      main.say(main.judge(requests.take()).word());
    }
  }

  /** With this process's parent, its standard input ends, whatever is being computed. */
  private static void read(DataInputStream in, BlockingQueue<TrialRequest> requests) {
    try {
      while (true) {
        requests.put(TrialRequest.read(in));
      }
    } catch (IOException | InterruptedException ended) {
      Runtime.getRuntime().halt(0);
    }
  }

  /** A line in one write, at the beginning of a line. */
  private void say(String word) throws IOException {
    out.write(("\n" + token + " " + word + "\n").getBytes(StandardCharsets.US_ASCII));
  }

  private TrialVerdict judge(TrialRequest request) {
    try {
      trial.run(request);
      return new TrialVerdict.Passed();
    } catch (EngineException refused) {
      return new TrialVerdict.Refused(refused.reason());
    } catch (IOException | RuntimeException | OutOfMemoryError | StackOverflowError thrown) {
      return new TrialVerdict.Refused(
          new Cause(
              Code.MODEL_UNUSABLE,
              "model",
              "the file cannot be opened and run",
              thrown.toString(),
              "use a file that opens and runs where it was made, and is small enough"));
    }
  }

  private static Trial of(String kind) {
    return switch (kind) {
      case "onnx" -> {
        var engine = new OnnxEngine();
        yield request -> onnx(engine, request);
      }
      case "torchscript" -> {
        var engine = new TorchEngine();
        yield request -> torchScript(engine, request);
      }
      default -> throw new IllegalArgumentException("there is no kind " + kind);
    };
  }

  private static void onnx(InferenceEngine engine, TrialRequest request)
      throws EngineException, IOException {
    try (var model = engine.open(Files.readAllBytes(request.file()));
        var arena = Arena.ofConfined()) {
      var rows = arena.allocate((long) SAMPLES * model.inputs() * Float.BYTES, Long.BYTES);
      var scores = arena.allocate((long) SAMPLES * model.outputs() * Float.BYTES, Long.BYTES);
      model.predict(rows, SAMPLES, scores);
    }
  }

  private static void torchScript(TrainingEngine engine, TrialRequest request)
      throws EngineException, IOException {
    var file = Files.readAllBytes(request.file());
    // The digest says which artifact the file is; here it has come without.
    var network = new TorchScript("", request.input());
    long columns =
        request.input().stream().mapToLong(Integer::longValue).reduce(1, (a, b) -> a * b);
    try (var program =
            engine.open(network, request.input(), TrainingLoss.of(request.objective()), file);
        var arena = Arena.ofConfined()) {
      long bytes = Math.max(1, program.floats()) * Float.BYTES;
      var flat = arena.allocate(bytes, TrainingProgram.ALIGNMENT_BYTES);
      var gradient = arena.allocate(bytes, TrainingProgram.ALIGNMENT_BYTES);
      var features = arena.allocate(SAMPLES * columns * Float.BYTES, Long.BYTES);
      // Zero is a class, and a number.
      var labels = arena.allocate((long) SAMPLES * Long.BYTES, Long.BYTES);
      program.initialise(SEED, flat);
      gradient(program, flat, features, labels, gradient);
    }
  }

  /** What does not fit the samples or the objective does no harm; who prepares the job says why. */
  private static void gradient(
      TrainingProgram program,
      MemorySegment flat,
      MemorySegment features,
      MemorySegment labels,
      MemorySegment gradient)
      throws EngineException {
    try {
      program.gradient(flat, features, labels, SAMPLES, SEED, gradient);
    } catch (EngineException unfit) {
      if (unfit.reason().fault() != Fault.BAD_INPUT) {
        throw unfit;
      }
    }
  }
}
