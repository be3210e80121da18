package dev.sluice.coordinator.shell;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.SchemaWait;
import dev.sluice.schemas.codec.Vectors;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.BlockCheckpoint;
import dev.sluice.schemas.wire.CheckpointEntry;
import dev.sluice.schemas.wire.CheckpointRecord;
import dev.sluice.schemas.wire.Constant;
import dev.sluice.schemas.wire.FoldCursor;
import dev.sluice.schemas.wire.FoldMark;
import dev.sluice.schemas.wire.FoldStarted;
import dev.sluice.schemas.wire.Sgd;
import dev.sluice.schemas.wire.VectorCheckpoint;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Whatever other programs write over a checkpoint, a takeover ends, and loses no job but that. */
class StoredCheckpointTest {

  private static final int WAIT_MS = 30_000;
  private static final long APPENDED_MS = 1_000_000;
  private static final FoldCursor CURSOR = new FoldCursor(9, 0, 100, List.of());
  private static final ByteBuffer GARBAGE =
      ByteBuffer.wrap("garbage".getBytes(StandardCharsets.UTF_8));

  private final Codec codec = Codec.builtIn();
  private final SchemaWait schemas = new SchemaWait(WAIT_MS);
  private final StoredCheckpoint stored = new StoredCheckpoint(codec, schemas);
  private long offset;

  @Test
  void whatWasThereBeforeCounts() {
    block("a");
    read("cursor", CURSOR);
    read("a/0", GARBAGE);
    read("a/0/current", GARBAGE);
    read("cursor", GARBAGE);

    assertThat(stored.overwritten(0)).isTrue();

    assertThat(stored.cursor()).isEqualTo(CURSOR);
    assertThat(stored.lostJobs()).isEmpty();
    assertThat(stored.blocks())
        .singleElement()
        .satisfies(block -> assertThat(block.vectors().get("current")).containsExactly(1, 2));
    assertThat(stored.letters())
        .extracting(letter -> letter.letter().key())
        .containsExactly(utf8("a/0"), utf8("a/0/current"), utf8("cursor"));
  }

  @Test
  void aJobIsLostWhereThatIsCompactedAwayAndNoOther() {
    block("a");
    head("b");
    read("b/0/current", GARBAGE);
    vector("c", Vectors.crc32c(payload()));
    read("c/0", GARBAGE);

    assertThat(stored.overwritten(0)).isTrue();

    assertThat(stored.lostJobs()).containsExactlyInAnyOrder("b", "c");
    assertThat(stored.blocks()).extracting(block -> block.head().jobId()).containsExactly("a");
    assertThat(stored.keys()).as("their keys can be removed").contains("b/0", "c/0/current");
  }

  @Test
  void aWrongChecksumIsNoVector() {
    block("a");
    vector("a", 17);

    assertThat(stored.overwritten(0)).isTrue();
    assertThat(stored.blocks().getFirst().vectors().get("current")).containsExactly(1, 2);
    assertThat(stored.letters())
        .extracting(letter -> letter.letter().cause().why())
        .containsExactly("Its checksum is wrong.");
  }

  @Test
  void aKeyThatIsNoneOfOursIsTheReadersNoMatter() {
    block("a");
    read("garbage", GARBAGE);

    assertThat(stored.overwritten(0)).isTrue();
    assertThat(stored.lostJobs()).isEmpty();
    assertThat(stored.keys()).doesNotContain("garbage");
  }

  @Test
  void aSchemaIsWaitedForABoundedTime() {
    block("a");
    read(
        "a/0",
        encoded(CURSOR)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(Short.BYTES, 0x1122334455667788L)
            .order(ByteOrder.BIG_ENDIAN));

    assertThatThrownBy(() -> stored.overwritten(0))
        .isInstanceOf(KafkaException.class)
        .hasMessageContainingAll("a/0", "1122334455667788");
    assertThat(stored.overwritten(WAIT_MS)).isTrue();
  }

  @Test
  void whatACoordinatorWroteLaterCounts() {
    read("a/0", GARBAGE);
    block("a");

    assertThat(stored.overwritten(0)).isFalse();
    assertThat(stored.blocks()).hasSize(1);
  }

  @Test
  void whatIsWellFormedAndFitsNothingElseLosesThatJobAlone() {
    block("a");
    block("b");
    head("b", 4);
    block("c");
    remove("c/0/current");
    block("d");
    read("d/0/current", vector("d", new float[] {1}));

    assertThat(stored.overwritten(0)).isFalse();
    assertThat(stored.lostJobs()).containsExactly("b", "c", "d");
    assertThat(stored.blocks()).extracting(block -> block.head().jobId()).containsExactly("a");
  }

  @Test
  void aCursorBeforeTheLogAndAVectorOfHalfAFloatAreNone() {
    block("a");
    read("cursor", CURSOR);
    read("cursor", new FoldCursor(-1, 0, 100, List.of()));
    read("cursor", new FoldCursor(9, 0, 100, List.of(new FoldMark(-3, 0, -1))));
    var odd = ByteBuffer.wrap(new byte[] {1, 2, 3, 4, 5});
    read("a/0/current", new VectorCheckpoint("a", 0, "current", Vectors.crc32c(odd), odd));

    assertThat(stored.overwritten(0)).isTrue();
    assertThat(stored.cursor()).isEqualTo(CURSOR);
    assertThat(stored.lostJobs()).isEmpty();
    assertThat(stored.blocks()).hasSize(1);
    assertThat(stored.letters()).hasSize(2);
  }

  private static ByteBuffer utf8(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }

  private void block(String jobId) {
    vector(jobId, Vectors.crc32c(payload()));
    head(jobId);
  }

  private void head(String jobId) {
    head(jobId, 2);
  }

  private void head(String jobId, int floats) {
    var plan =
        new FoldStarted(
            floats,
            floats,
            floats,
            1,
            new Sgd(0, false, 0),
            0.1,
            new Constant(),
            0,
            2,
            3,
            "engine",
            1,
            null,
            false);
    read(
        jobId + "/0",
        new BlockCheckpoint(jobId, 0, plan, 1, List.of("current"), List.of(), 0, 0, 0, null));
  }

  private void vector(String jobId, int crc) {
    read(jobId + "/0/current", new VectorCheckpoint(jobId, 0, "current", crc, payload()));
  }

  private static VectorCheckpoint vector(String jobId, float[] values) {
    var payload = Vectors.bytes(values);
    return new VectorCheckpoint(jobId, 0, "current", Vectors.crc32c(payload), payload);
  }

  private static ByteBuffer payload() {
    return Vectors.bytes(new float[] {1, 2});
  }

  private void read(String key, CheckpointEntry entry) {
    read(key, encoded(entry));
  }

  private ByteBuffer encoded(CheckpointEntry entry) {
    return ByteBuffer.wrap(codec.encode(new CheckpointRecord(entry)));
  }

  private void remove(String key) {
    read(key, (ByteBuffer) null);
  }

  private void read(String key, @Nullable ByteBuffer value) {
    stored.read(
        new ConsumerRecord<>(
            Topic.CHECKPOINTS.topicName(),
            0,
            offset++,
            APPENDED_MS,
            TimestampType.LOG_APPEND_TIME,
            key.length(),
            value == null ? 0 : value.remaining(),
            key,
            value,
            new RecordHeaders(),
            Optional.empty()));
  }
}
