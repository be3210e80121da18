package dev.sluice.producer.letters;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.DeadLetter;
import dev.sluice.schemas.wire.DeadLetterReason;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class LetterBookTest {

  private static final String JOBS = Topic.JOBS.topicName();

  private final LetterBook book = new LetterBook(3);

  @Test
  void aRecordOfAnUnknownSchemaCanBeWrittenBackOnce() {
    book.put(0, 1_000, letter(JOBS, 7, DeadLetterReason.UNKNOWN_SCHEMA, 4, false));

    var letter = book.letters().getFirst();
    assertThat(letter.id()).isEqualTo("sluice.jobs/2/7");
    assertThat(letter.key()).isEqualTo("key");
    assertThat(letter.keptBecause()).isEmpty();

    book.put(1, 2_000, letter(JOBS, 7, DeadLetterReason.UNKNOWN_SCHEMA, 4, true));

    var after = book.letters().getFirst();
    assertThat(book.letters()).hasSize(1);
    assertThat(after.redrivenMs()).isEqualTo(2_000);
    assertThat(after.keptBecause().orElseThrow()).contains("before");
    assertThat(book.counts()).containsEntry(DeadLetterReason.UNKNOWN_SCHEMA, 0L);
  }

  @Test
  void whatOnlySluiceWritesWhatCantBeReadAndWhatIsNotWholeStays() {
    book.put(
        0, 0, letter(Topic.GRADIENTS.topicName(), 1, DeadLetterReason.UNKNOWN_SCHEMA, 4, false));
    book.put(1, 0, letter(JOBS, 2, DeadLetterReason.UNREADABLE, 4, false));
    book.put(2, 0, letter(JOBS, 3, DeadLetterReason.UNKNOWN_SCHEMA, 5, false));

    assertThat(book.letters())
        .extracting(letter -> letter.keptBecause().orElse(""))
        .satisfiesExactly(
            why -> assertThat(why).contains("Only sluice.jobs"),
            why -> assertThat(why).contains("its bytes"),
            why -> assertThat(why).contains("5 bytes did not fit"));
  }

  @Test
  void aLetterTakesABoundedPartOfMemoryWhateverItHolds() {
    var text = "x".repeat(1_000_000);
    var bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    book.put(
        0,
        0,
        new DeadLetter(
            new Cause(Code.INVALID_VALUE, text, text, text, text),
            text,
            text,
            0,
            1,
            bytes,
            bytes,
            DeadLetterReason.UNREADABLE,
            1_000_000,
            false));

    var letter = book.letters().getFirst();
    assertThat(letter.key()).hasSize(Letter.KEY_BYTES_MAX);
    assertThat(letter.toString().length()).isLessThan(10_000);
  }

  @Test
  void aRecordThatSeveralReadersPutAwayIsListedOnce() {
    book.put(0, 1_000, letter(JOBS, 7, DeadLetterReason.UNREADABLE, 4, false));
    book.put(1, 2_000, letter(JOBS, 7, DeadLetterReason.UNREADABLE, 4, false));

    assertThat(book.letters()).singleElement().extracting(Letter::atMs).isEqualTo(1_000L);
    assertThat(book.counts()).containsEntry(DeadLetterReason.UNREADABLE, 1L);
  }

  @Test
  void aTaskIsNamedByItsLetter() {
    var cause = new Cause(Code.DEFECT, "", "what", "why", "mend");
    book.put(5, 0, DeadLetter.without("", -1, "job", DeadLetterReason.OUT_OF_ATTEMPTS, cause));

    assertThat(book.letters().getFirst().id()).isEqualTo("sluice.dead-letters/0/5");
    assertThat(book.letters().getFirst().keptBecause()).isPresent();
  }

  @Test
  void theOldestAreForgottenWhereThereAreTooManyAndWhereTheTopicHasRemovedThem() {
    for (int i = 0; i < 4; i++) {
      book.put(i, i, letter(JOBS, i, DeadLetterReason.UNREADABLE, 4, false));
    }
    assertThat(book.letters()).extracting(Letter::offset).containsExactly(1L, 2L, 3L);

    book.forgetBefore(3);

    assertThat(book.letters()).extracting(Letter::offset).containsExactly(3L);
  }

  private static DeadLetter letter(
      String topic, long offset, DeadLetterReason reason, long bytes, boolean redriven) {
    return new DeadLetter(
        new Cause(Code.UNREADABLE_RECORD, "", "what", "why", "mend"),
        "",
        topic,
        2,
        offset,
        ByteBuffer.wrap("key".getBytes(StandardCharsets.UTF_8)),
        ByteBuffer.wrap(new byte[4]),
        reason,
        bytes,
        redriven);
  }
}
