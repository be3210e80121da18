package dev.sluice.worker.trial;

import dev.sluice.schemas.wire.Objective;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * What the child process is asked, over its standard input.
 *
 * @param file where the file is
 * @param input shape of one sample; empty for ONNX
 * @param objective what training lowers; for ONNX it says nothing
 */
record TrialRequest(Path file, List<Integer> input, Objective objective) {

  static TrialRequest of(Path file, NativeFile model) {
    return switch (model) {
      case NativeFile.Onnx onnx -> new TrialRequest(file, List.of(), Objective.MEAN_SQUARED_ERROR);
      case NativeFile.TorchScript script ->
          new TrialRequest(file, script.input(), script.objective());
    };
  }

  void write(DataOutputStream out) throws IOException {
    out.writeUTF(file.toString());
    out.writeUTF(objective.name());
    out.writeInt(input.size());
    for (int dimension : input) {
      out.writeInt(dimension);
    }
    out.flush();
  }

  static TrialRequest read(DataInputStream in) throws IOException {
    var file = Path.of(in.readUTF());
    var objective = Objective.valueOf(in.readUTF());
    var input = new ArrayList<Integer>();
    for (int left = in.readInt(); left > 0; left--) {
      input.add(in.readInt());
    }
    return new TrialRequest(file, input, objective);
  }
}
