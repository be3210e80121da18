package dev.sluice.schemas.wire;

import java.util.List;

/**
 * A network that the user wrote in Python and saved with torch.jit.
 *
 * @param artifact digest of the .pt file as stored in sluice.artifacts
 * @param input shape of one sample; empty: [number of feature columns]
 */
public record TorchScript(String artifact, List<Integer> input) implements Network {
  public TorchScript {
    input = List.copyOf(input);
  }
}
