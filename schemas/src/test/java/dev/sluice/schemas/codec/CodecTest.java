package dev.sluice.schemas.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.wire.Attached;
import dev.sluice.schemas.wire.GradientRecord;
import dev.sluice.schemas.wire.ParameterBlock;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CodecTest {

  private final Codec codec = Codec.builtIn();

  /** Around the room that most messages fit in, and a whole block. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 4_000, 4_060, 4_072, 4_073, 4_074, 4_075, 4_076, 4_096, 1 << 20})
  void messagesOfAnySizeComeBackAsTheyWere(int bytes) {
    var payload = new byte[bytes];
    new Random(bytes).nextBytes(payload);
    var block = new ParameterBlock("job", 3, 7, 9, ByteBuffer.wrap(payload));
    assertThat(codec.decode(ParameterBlock.class, codec.encode(block)))
        .isEqualTo(new Decoded.Message<>(block));
  }

  @Test
  void aMessageIsNotWrittenOverByTheNext() {
    var first = codec.encode(new GradientRecord("first", new Attached("worker", true)));
    var copy = first.clone();
    codec.encode(new GradientRecord("second", new Attached("another", false)));
    assertThat(first).isEqualTo(copy);
  }

  @Test
  void aPartOfABufferIsDecodedWhereverItIs() {
    var block = new ParameterBlock("job", 3, 7, 9, ByteBuffer.wrap(new byte[] {1, 2, 3}));
    var encoded = codec.encode(block);
    var larger = ByteBuffer.allocate(encoded.length + 20);
    larger.position(7).put(encoded);
    larger.flip().position(7);
    var direct = ByteBuffer.allocateDirect(encoded.length).put(encoded).flip();
    assertThat(codec.decode(ParameterBlock.class, larger.slice()))
        .isEqualTo(new Decoded.Message<>(block));
    assertThat(codec.decode(ParameterBlock.class, larger)).isEqualTo(new Decoded.Message<>(block));
    assertThat(codec.decode(ParameterBlock.class, direct)).isEqualTo(new Decoded.Message<>(block));
  }

  @Test
  void bytesThatAreClaimedAndAreNotThereAreNoMessage() {
    var block = new ParameterBlock("job", 3, 7, 9, ByteBuffer.wrap(new byte[100]));
    var encoded = codec.encode(block);
    for (int length = 10; length < encoded.length; length++) {
      assertThat(codec.decode(ParameterBlock.class, Arrays.copyOf(encoded, length)))
          .isInstanceOf(Decoded.Malformed.class);
    }
  }
}
