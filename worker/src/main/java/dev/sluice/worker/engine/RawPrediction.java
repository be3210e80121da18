package dev.sluice.worker.engine;

import dev.sluice.schemas.wire.Affine;
import dev.sluice.schemas.wire.NetworkFacts;
import java.util.List;
import java.util.function.Function;
import org.bytedeco.pytorch.FloatType;
import org.bytedeco.pytorch.GenericList;
import org.bytedeco.pytorch.IValue;
import org.bytedeco.pytorch.IntType;
import org.bytedeco.pytorch.JitModule;
import org.bytedeco.pytorch.ListType;
import org.bytedeco.pytorch.Type;

/**
 * A method beside a module's own {@code forward}, which takes samples as they were scaled for
 * training: {@value #NAME} takes rows [N, columns] as they stand in the data set and gives [N,
 * outputs], a regression's in the label's own unit, as an ONNX file does. Its constants are
 * attributes of numbers, not buffers, so the module keeps its state_dict and can be trained again.
 */
final class RawPrediction {
  static final String NAME = "sluice_predict";

  private static final String SHIFT = "sluice_feature_shift";
  private static final String SCALE = "sluice_feature_scale";
  private static final String TARGET_SHIFT = "sluice_target_shift";
  private static final String TARGET_SCALE = "sluice_target_scale";
  private static final String INPUT = "sluice_input";
  private static final String OUTPUTS = "sluice_outputs";

  /**
   * 6 is torch.float32. The copy is for modules that change their input in place; the assertion for
   * those that are declared to return Any.
   */
  private static final String CODE =
      """
      def sluice_predict(self, rows):
          x = torch.to(rows, 6, False, True)
          if len(self.sluice_feature_shift) > 0:
              shift = torch.tensor(self.sluice_feature_shift, dtype=6, device=rows.device)
              x = x - shift
              x = x / torch.tensor(self.sluice_feature_scale, dtype=6, device=rows.device)
          y = self.forward(torch.reshape(x, [rows.size(0)] + self.sluice_input))
          assert isinstance(y, Tensor)
          y = torch.to(torch.reshape(y, [rows.size(0)] + self.sluice_outputs), 6)
          if len(self.sluice_target_shift) > 0:
              y = y * self.sluice_target_scale[0] + self.sluice_target_shift[0]
          return y
      """;

  private RawPrediction() {}

  /** Adds the method; where the module has it, from an earlier training, its constants change. */
  static void add(JitModule module, NetworkFacts facts) {
    floats(module, SHIFT, SCALE, facts.featureScale());
    floats(module, TARGET_SHIFT, TARGET_SCALE, facts.targetScale());
    longs(module, INPUT, facts.input());
    longs(module, OUTPUTS, List.of(facts.outputs()));
    if (!module.find_method(NAME).has_value()) {
      module.define(CODE);
    }
  }

  private static void floats(JitModule module, String shift, String scale, Affine affine) {
    var type = new Type.TypePtr(FloatType.getFloatTypePtr().get());
    // In the precision in which rows are scaled.
    Function<Double, IValue> value = number -> new IValue((double) number.floatValue());
    put(module, shift, type, affine.shift(), value);
    put(module, scale, type, affine.scale(), value);
  }

  private static void longs(JitModule module, String name, List<Integer> values) {
    var type = new Type.TypePtr(IntType.getIntTypePtr().get());
    put(module, name, type, values, value -> new IValue((long) value));
  }

  private static <T> void put(
      JitModule module, String name, Type.TypePtr type, List<T> values, Function<T, IValue> value) {
    var list = new GenericList(type);
    values.forEach(one -> list.push_back(value.apply(one)));
    if (module.hasattr(name)) {
      module.setattr(name, new IValue(list));
    } else {
      module.register_attribute(name, ListType.get("List", type), new IValue(list));
    }
  }
}
