package dev.sluice.platform.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.DeadLetter;
import dev.sluice.schemas.wire.DeadLetterReason;
import java.nio.ByteBuffer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;

/** A letter can be stored, whatever it is about. */
class DeadLettersTest {
  private static final String LONG = "\u20ac".repeat(3 << 20);

  @Test
  void howeverLongNamesAndKeysAreALetterFitsIntoARecord() {
    var codec = Codec.builtIn();
    var value = ByteBuffer.allocate(2 * Codec.RECORD_BYTES_MAX);
    var record = new ConsumerRecord<String, ByteBuffer>("sluice.jobs", 3, 7, LONG, value);
    var cause = new Cause(Code.INVALID_RECORD, LONG, LONG, LONG, "Mend it.");

    for (var reason : DeadLetterReason.values()) {
      var written = DeadLetters.record(DeadLetters.of(record, LONG, reason, cause), codec);

      assertThat(written.value().length).isLessThan(Codec.RECORD_BYTES_MAX - 4 * 1024);
      assertThat(written.key()).isEqualTo("sluice.jobs-3@7");
      assertThat(codec.decode(DeadLetter.class, ByteBuffer.wrap(written.value())))
          .isInstanceOfSatisfying(
              Decoded.Message.class,
              message -> {
                var read = (DeadLetter) message.value();
                assertThat(read.cause().what()).startsWith("\u20ac\u20ac").endsWith("\u2026");
                assertThat(read.cause().mend()).isEqualTo("Mend it.");
                assertThat(read.bytes()).isEqualTo(2 * Codec.RECORD_BYTES_MAX);
              });
    }
  }
}
