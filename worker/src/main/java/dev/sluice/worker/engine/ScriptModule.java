package dev.sluice.worker.engine;

import dev.sluice.jobs.network.NetworkShapes;
import dev.sluice.platform.process.TemporaryFolder;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.TensorSpec;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bytedeco.javacpp.BytePointer;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.DeviceOptional;
import org.bytedeco.pytorch.ExtraFilesMap;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IValueVector;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.NamedTensor;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;
import org.bytedeco.pytorch.named_buffer_iterator;
import org.bytedeco.pytorch.named_buffer_list;
import org.bytedeco.pytorch.named_parameter_iterator;
import org.bytedeco.pytorch.named_parameter_list;

/**
 * A TorchScript file, loaded: its tensors in the order of the flat vector, and its forward method.
 */
final class ScriptModule implements AutoCloseable {
  /** PyTorch's batch norm counts its calls here; only a cumulative average reads it. */
  private static final String COUNTER = "num_batches_tracked";

  /** Extra file of a trained module. */
  private static final String DESCRIPTION = "sluice.json";

  private final JitModule module;
  private final TorchProgram.Layout layout;
  private final MemorySegment initial;
  private final Map<String, Tensor> constants;

  private ScriptModule(JitModule module) throws EngineException {
    this.module = module;
    List<Slot> slots = slots();
    for (Slot slot : slots) {
      slot.check();
    }
    this.layout = layout(slots);
    this.initial = Arena.ofAuto().allocate(Math.max(layout.floats(), 1) * Float.BYTES, Long.BYTES);
    for (int i = 0; i < slots.size(); i++) {
      TensorSpec tensor = layout.tensors().get(i);
      Tensor value = slots.get(i).tensor();
      Blob.floats(initial.asSlice(tensor.offset() * Float.BYTES), value.numel())
          .copy_(value.detach().flatten());
    }
    this.constants = constants();
  }

  /** A tensor of the module under its name in the state_dict. */
  private record Slot(String name, Tensor tensor, boolean trained) {
    void check() throws EngineException {
      if (tensor.scalar_type().value != ScalarType.Float.value) {
        throw EngineException.badInput(
            Code.MODEL_UNUSABLE,
            "model",
            "the tensor " + name + " holds " + tensor.scalar_type() + " values",
            "networks are trained in 32-bit floats",
            "call module.float() before torch.jit.script");
      }
      if (tensor.numel() == 0) {
        throw EngineException.badInput(
            Code.MODEL_UNUSABLE,
            "model",
            "the tensor " + name + " is empty",
            "it holds nothing to train",
            "remove it");
      }
    }
  }

  /**
   * Loads a file.
   *
   * @param file the bytes that torch.jit.save wrote
   * @throws EngineException with BAD_INPUT where it is no such file or cannot be trained
   */
  static ScriptModule load(byte[] file) throws EngineException {
    Path path = write(file);
    try (PointerScope _ = new PointerScope()) {
      JitModule module = torch.load(path.toString(), new DeviceOptional(new Device("cpu")), false);
      ScriptModule loaded = new ScriptModule(module);
      module.retainReference();
      loaded.constants.values().forEach(Tensor::retainReference);
      return loaded;
    } catch (RuntimeException thrown) {
      throw TorchRuntime.failure(
          thrown,
          Code.MODEL_UNUSABLE,
          "model",
          "the TorchScript file cannot be loaded",
          "save it with torch.jit.save(torch.jit.script(module), path); a state_dict or a"
              + " torch.export file will not do");
    } finally {
      delete(path);
    }
  }

  /** The names, shapes and places of the module's tensors: trained ones, then state. */
  TorchProgram.Layout layout() {
    return layout;
  }

  /** The flat vector as the file has it. */
  MemorySegment initial() {
    return initial;
  }

  /** The tensors that the module holds now, in the order of the layout. */
  List<Tensor> tensors() {
    return slots().stream().map(Slot::tensor).toList();
  }

  void train(boolean training) {
    module.train(training);
  }

  /**
   * Gives buffers of whole numbers the file's values again, and forgets how many batches were seen,
   * so that a result depends on its arguments alone.
   */
  void restoreConstants() {
    named_buffer_list buffers = module.named_buffers(true);
    named_buffer_iterator end = buffers.end();
    for (named_buffer_iterator at = buffers.begin(); at.notEquals(end); at.increment()) {
      NamedTensor named = at.access();
      Tensor constant = constants.get(named.name().getString());
      if (constant != null) {
        named.value().set_data(constant.clone());
      }
    }
  }

  private Map<String, Tensor> constants() {
    Map<String, Tensor> found = new HashMap<>();
    named_buffer_list buffers = module.named_buffers(true);
    named_buffer_iterator end = buffers.end();
    for (named_buffer_iterator at = buffers.begin(); at.notEquals(end); at.increment()) {
      NamedTensor named = at.access();
      if (isConstant(named) || isCounter(named)) {
        Tensor value = named.value().detach().clone();
        found.put(named.name().getString(), isCounter(named) ? value.zero_() : value);
      }
    }
    return found;
  }

  /** Calls forward. */
  Tensor forward(Tensor samples) throws EngineException {
    IValue result = module.forward(new IValueVector(new IValue(samples)));
    if (!result.isTensor()) {
      throw EngineException.badInput(
          Code.MODEL_UNUSABLE,
          "model",
          "forward returns something other than a tensor",
          "the loss needs one tensor with one row per sample",
          "return the scores alone");
    }
    return result.toTensor();
  }

  /**
   * Writes the module with other values. The same values give the same bytes. Each tensor gets
   * memory of its own, as in training: two that shared some were trained apart, and strides are
   * those that the network was computed with.
   *
   * @param flat a vector in the module's layout
   * @param facts the network, whose scaling goes into the file
   * @param description text of its extra file, in ASCII
   * @return what torch.jit.save would write, in inference mode
   */
  byte[] save(MemorySegment flat, NetworkFacts facts, String description) throws EngineException {
    Path directory = directory();
    // Its name is that of the folder inside the archive.
    Path path = directory.resolve("model.pt");
    try (PointerScope _ = new PointerScope();
        NoGradGuard _ = new NoGradGuard()) {
      List<Tensor> own = tensors();
      for (int i = 0; i < own.size(); i++) {
        TensorSpec tensor = layout.tensors().get(i);
        MemorySegment values = flat.asSlice(tensor.offset() * Float.BYTES);
        long[] shape = tensor.shape().stream().mapToLong(Integer::longValue).toArray();
        own.get(i).set_data(Blob.floats(values, shape).clone());
      }
      RawPrediction.add(module, facts);
      module.eval();
      ExtraFilesMap texts = new ExtraFilesMap();
      texts.put(new BytePointer(DESCRIPTION), description);
      module.save(path.toString(), texts);
      return Files.readAllBytes(path);
    } catch (IOException thrown) {
      throw temporaryFile(thrown);
    } catch (RuntimeException thrown) {
      throw TorchRuntime.failure(
          thrown,
          Code.DISK_FULL,
          "model",
          "the trained TorchScript file could not be written",
          "free space in the temporary directory, or set java.io.tmpdir");
    } finally {
      delete(path);
      delete(directory);
    }
  }

  private List<Slot> slots() {
    List<Slot> trained = new ArrayList<>();
    List<Slot> state = new ArrayList<>();
    named_parameter_list parameters = module.named_parameters(true);
    named_parameter_iterator lastParameter = parameters.end();
    for (named_parameter_iterator at = parameters.begin();
        at.notEquals(lastParameter);
        at.increment()) {
      NamedTensor named = at.access();
      Slot slot = slot(named, named.value().requires_grad());
      if (isNew(slot, trained) && isNew(slot, state)) {
        (slot.trained() ? trained : state).add(slot);
      }
    }
    named_buffer_list buffers = module.named_buffers(true);
    named_buffer_iterator lastBuffer = buffers.end();
    for (named_buffer_iterator at = buffers.begin(); at.notEquals(lastBuffer); at.increment()) {
      NamedTensor named = at.access();
      Slot slot = slot(named, false);
      if (!isConstant(named) && !isCounter(named) && isNew(slot, state)) {
        state.add(slot);
      }
    }
    trained.addAll(state);
    return trained;
  }

  private static Slot slot(NamedTensor named, boolean trained) {
    return new Slot(named.name().getString(), new Tensor(named.value()), trained);
  }

  /** A tensor that two parts of a module share is listed twice and counts once. */
  private static boolean isNew(Slot slot, List<Slot> known) {
    return known.stream().noneMatch(other -> other.tensor().is_same(slot.tensor()));
  }

  /** Positions, masks and the like: nothing that a gradient moves. */
  private static boolean isConstant(NamedTensor named) {
    return torch.isIntegralType(named.value().scalar_type(), true);
  }

  private static boolean isCounter(NamedTensor named) {
    String name = named.name().getString();
    return name.equals(COUNTER) || name.endsWith("." + COUNTER);
  }

  private static TorchProgram.Layout layout(List<Slot> slots) throws EngineException {
    List<TensorSpec> tensors = new ArrayList<>();
    long offset = 0;
    long parameters = 0;
    for (Slot slot : slots) {
      List<Integer> shape = shape(slot.tensor());
      tensors.add(new TensorSpec(slot.name(), shape, offset, slot.trained()));
      offset += slot.tensor().numel();
      parameters = slot.trained() ? offset : parameters;
    }
    if (parameters == 0) {
      throw EngineException.badInput(
          Code.NOTHING_TO_TRAIN,
          "model",
          "the TorchScript file has no parameter that requires a gradient",
          "there is nothing to train",
          "register parameters with requires_grad=True, and do not freeze the module");
    }
    if (offset > NetworkShapes.MAX_FLOATS) {
      throw EngineException.badInput(
          Code.NETWORK_TOO_LARGE,
          "model",
          "the network has " + offset + " parameters and state values",
          "at most " + NetworkShapes.MAX_FLOATS + " are supported",
          "use a smaller network");
    }
    return new TorchProgram.Layout(tensors, parameters, offset);
  }

  /** The dimensions of a tensor. */
  static List<Integer> shape(Tensor tensor) {
    List<Integer> shape = new ArrayList<>();
    for (long i = 0; i < tensor.dim(); i++) {
      shape.add(Math.toIntExact(tensor.size(i)));
    }
    return shape;
  }

  private static Path directory() throws EngineException {
    try {
      return Files.createTempDirectory("sluice");
    } catch (IOException thrown) {
      throw temporaryFile(thrown);
    }
  }

  private static Path write(byte[] file) throws EngineException {
    try {
      Path path = Files.createTempFile(TemporaryFolder.path(), "sluice", ".pt");
      try {
        return Files.write(path, file);
      } catch (IOException thrown) {
        // On a disk that is full the part that fitted would stay.
        delete(path);
        throw thrown;
      }
    } catch (IOException thrown) {
      throw temporaryFile(thrown);
    }
  }

  private static EngineException temporaryFile(IOException thrown) {
    return new EngineException(
        new Cause(
            Code.DISK_FULL,
            "",
            "the TorchScript file could not be kept in the temporary directory",
            String.valueOf(thrown.getMessage()),
            "free space there, or set java.io.tmpdir"),
        thrown);
  }

  private static void delete(Path path) {
    if (path.toFile().exists() && !path.toFile().delete()) {
      path.toFile().deleteOnExit();
    }
  }

  @Override
  public void close() {
    constants.values().forEach(Tensor::releaseReference);
    module.releaseReference();
  }
}
