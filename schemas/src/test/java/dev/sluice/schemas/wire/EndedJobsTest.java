package dev.sluice.schemas.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Decoded;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Jobs that are packed are what they were, and what is no packed jobs is no record. */
class EndedJobsTest {

  private static final EndedJob A = new EndedJob("a", JobStatus.SUCCEEDED, 1, 2, 3);
  private static final EndedJob LONG =
      new EndedJob("b.".repeat(64), JobStatus.REFUSED, -4, Long.MAX_VALUE, 0);
  private static final EndedJobs BOTH = EndedJobs.of(3, 12, List.of(A, LONG));

  /** Where the first job's id ends, and how it ended. */
  private static final int ID_END = 2 * 4 * Long.BYTES;

  private static final int ENDING = ID_END + 2 * Integer.BYTES;

  @Test
  void whatIsPackedIsThereAgain() {
    assertThat(BOTH.jobs()).containsExactly(A, LONG);
    assertThat(BOTH.size()).isEqualTo(2);
    assertThat(BOTH.status(1)).isEqualTo(JobStatus.REFUSED);
    assertThat(BOTH.submittedMs(1)).isEqualTo(-4);
    assertThat(BOTH.finishedMs(0)).isEqualTo(2);
    assertThat(BOTH.endings()).containsExactly(0, 3);
    assertThat(BOTH.digests())
        .containsExactly(EndedJobs.digest(utf8("a")), EndedJobs.digest(utf8(LONG.jobId())));
    assertThat(EndedJobs.of(3, 12, List.of()).jobs()).isEmpty();
  }

  @Test
  void thoseThatHadTheirRowsThemselvesAreToldFromOthers() {
    var prediction = new EndedJob("p", JobStatus.CANCELLED, 1, 2, 2, true);
    var packed = EndedJobs.of(0, 0, List.of(A, prediction));
    assertThat(packed.jobs()).containsExactly(A, prediction);
    assertThat(packed.endings()).containsExactly(0, 2);
    assertThat(packed.status(1)).isEqualTo(JobStatus.CANCELLED);
  }

  @Test
  void theDigestIsTheBeginningOfTheSha256AsOtherProgramsHaveIt() {
    assertThat(EndedJobs.digest(utf8("abc"))).isEqualTo(0xba7816bf8f01cfeaL);
  }

  @Test
  void itSurvivesTheWayThroughBytes() {
    var codec = Codec.builtIn();
    var bytes = codec.encode(new StateRecord(BOTH));
    assertThat(codec.decode(StateRecord.class, bytes))
        .isEqualTo(new Decoded.Message<>(new StateRecord(BOTH)));
    assertThat(codec.decode(EndedJobs.class, codec.encode(BOTH)))
        .isEqualTo(new Decoded.Message<>(BOTH));
  }

  @Test
  void everyWayToEndHasItsNumberForGood() {
    assertThat(EndedJobs.ENDINGS)
        .containsExactly(
            JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED, JobStatus.REFUSED);
  }

  @Test
  void whatHasNotEndedHasNoIdOrIsTooMuchIsNotPacked() {
    refused(List.of(new EndedJob("a", JobStatus.RUNNING, 1, 2, 3)), "no job ends with -1");
    refused(List.of(A, new EndedJob("", JobStatus.FAILED, 1, 2, 3)), "an id goes from 1 to 1");
    refused(Collections.nCopies(EndedJobs.JOBS_MAX + 1, A), "at most 1024 jobs");
    assertThat(EndedJobs.of(0, 0, Collections.nCopies(EndedJobs.JOBS_MAX, A)).jobs())
        .hasSize(EndedJobs.JOBS_MAX);
  }

  private static void refused(List<EndedJob> jobs, String why) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> EndedJobs.of(0, 0, jobs))
        .withMessageContaining(why);
  }

  @Test
  void columnsThatAreCutOffAreNone() {
    var columns = BOTH.columns();
    malformed(columns.slice(0, columns.limit() - 1), BOTH.ids(), "are not the columns");
    malformed(columns.slice(0, columns.limit() / 2), BOTH.ids(), "an id goes");
  }

  @Test
  void idsThatAreLongerOrShorterThanTheColumnsSayAreNone() {
    malformed(BOTH.columns(), BOTH.ids().slice(0, 128), "the ids have 128 bytes and end at 129");
    malformed(BOTH.columns(), ByteBuffer.allocate(130), "the ids have 130 bytes and end at 129");
    malformed(ByteBuffer.allocate(0), BOTH.ids(), "end at 0");
  }

  @Test
  void idsThatOverlapAreNone() {
    malformed(changed(ID_END + 3, 129), BOTH.ids(), "an id goes from 129 to 129");
    malformed(changed(ID_END + 3, 0), BOTH.ids(), "an id goes from 0 to 0");
    malformed(changed(ID_END, 0x80), BOTH.ids(), "an id goes from 0 to -");
  }

  @Test
  void anEndingThatIsNotKnownIsNone() {
    malformed(changed(ENDING, 8), BOTH.ids(), "no job ends with 8");
    malformed(changed(ENDING + 1, 0xFF), BOTH.ids(), "no job ends with -1");
  }

  private static ByteBuffer changed(int at, int to) {
    var bytes = new byte[BOTH.columns().limit()];
    BOTH.columns().get(0, bytes);
    return ByteBuffer.wrap(bytes).put(at, (byte) to);
  }

  /** Bytes with these columns and ids are malformed. */
  private static void malformed(ByteBuffer columns, ByteBuffer ids, String why) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new EndedJobs(3, 12, columns, ids))
        .withMessageContaining(why);
    var codec = Codec.builtIn();
    var good = codec.encode(EndedJobs.of(3, 12, List.of()));
    var out = new ByteArrayOutputStream();
    out.write(good, 0, good.length - 2); // two lengths of 0
    write(out, columns);
    write(out, ids);
    assertThat(codec.decode(EndedJobs.class, out.toByteArray()))
        .isInstanceOfSatisfying(
            Decoded.Malformed.class, it -> assertThat(it.why()).contains("is not valid", why));
  }

  /** As Avro writes bytes: their length in zigzag code, seven bits in a byte, and themselves. */
  private static void write(ByteArrayOutputStream out, ByteBuffer bytes) {
    int length = 2 * bytes.remaining();
    for (; length > 0x7F; length >>>= 7) {
      out.write(length | 0x80);
    }
    out.write(length);
    while (bytes.hasRemaining()) {
      out.write(bytes.get());
    }
    bytes.rewind();
  }

  private static byte[] utf8(String id) {
    return id.getBytes(StandardCharsets.UTF_8);
  }
}
