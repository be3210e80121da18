package dev.sluice.worker.trial;

import dev.sluice.schemas.codec.Digests;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.Objective;
import dev.sluice.worker.engine.EngineException;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries each file once, in a process of its own, and remembers those that passed. For one thread.
 */
public final class ChildTrials implements Trials {

  private static final Logger LOG = LoggerFactory.getLogger(ChildTrials.class);

  private static final int PASSED_MAX = 1_024;

  private record Key(String digest, List<Integer> input, @Nullable Objective objective) {}

  /** Finds out what is wrong with a file, if anything is. */
  interface Test {
    Optional<Cause> objection(NativeFile file) throws EngineException;
  }

  private final Test test;
  private final LinkedHashSet<Key> passed = new LinkedHashSet<>();

  /**
   * @param limits what a file may take
   */
  public ChildTrials(TrialLimits limits) {
    this(file -> inChild(file, limits));
  }

  ChildTrials(Test test) {
    this.test = test;
  }

  @Override
  public void pass(NativeFile file) throws EngineException {
    var key = key(file);
    if (passed.contains(key)) {
      return;
    }
    var objection = test.objection(file);
    if (objection.isPresent()) {
      LOG.warn("The model file {} is refused: {}", key.digest, objection.get().why());
      throw new EngineException(objection.get());
    }
    if (passed.size() >= PASSED_MAX) {
      passed.removeFirst();
    }
    passed.add(key);
  }

  private static Optional<Cause> inChild(NativeFile file, TrialLimits limits)
      throws EngineException {
    try (var process = TrialProcess.start(file, limits, file.bytes().length)) {
      return process.objection(file);
    } catch (IOException e) {
      throw new EngineException(
          new Cause(
              Code.TRIAL_FAILED,
              "model",
              "the file could not be opened in a process of its own",
              String.valueOf(e.getMessage()),
              "see that the worker's machine can start a process and has room in the temporary"
                  + " directory; the task is tried again"),
          e);
    }
  }

  private static Key key(NativeFile file) {
    var digest = Digests.sha256(file.bytes());
    return switch (file) {
      case NativeFile.Onnx onnx -> new Key(digest, List.of(), null);
      case NativeFile.TorchScript script -> new Key(digest, script.input(), script.objective());
    };
  }
}
