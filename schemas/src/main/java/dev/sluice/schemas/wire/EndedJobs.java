package dev.sluice.schemas.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Some of the jobs that have ended and have left for {@code sluice.job-history}, in the order in
 * which they left: all that the ledger remembers of them. Many are in one record, in columns that
 * are read as a whole, and no job is unpacked before somebody asks for it: a start reads all
 * records, in a JVM that has compiled nothing yet.
 *
 * @param partition partition of the ledger
 * @param number number of the record in that partition, from 0
 * @param columns big-endian, of n jobs: n {@linkplain #digest digests} of their ids; n times at
 *     which they were submitted, n at which they ended, n at which they left (8 bytes each, in ms);
 *     n places in the ids where theirs end (4 bytes); n endings (1 byte, the place in {@link
 *     #ENDINGS}, and 4 more where {@code sluice.predictions} has the job, and not the history)
 * @param ids the jobs' ids, one after the other, in UTF-8
 */
public record EndedJobs(int partition, int number, ByteBuffer columns, ByteBuffer ids)
    implements StoredState {

  /** Most jobs in one record. */
  public static final int JOBS_MAX = 1_024;

  /** How a job can end, in the order of the numbers that stand for it. Others go to its end. */
  public static final List<JobStatus> ENDINGS =
      List.of(JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED, JobStatus.REFUSED);

  /** Beside an ending: it is a prediction job's. */
  private static final int PREDICTION = 4;

  private static final int LONGS = 4;
  private static final int SUBMITTED = 1;
  private static final int FINISHED = 2;
  private static final int LEFT = 3;
  private static final int ID_ENDS_AT = LONGS * Long.BYTES;
  private static final int ENDINGS_AT = ID_ENDS_AT + Integer.BYTES;
  private static final int JOB_BYTES = ENDINGS_AT + 1;

  /**
   * Jobs as they are packed. That the digests are those of the ids is believed.
   *
   * @throws IllegalArgumentException where columns are cut off or too long, an ending is unknown,
   *     or the ids are not as long as the columns say
   */
  public EndedJobs {
    columns = copy(columns);
    ids = copy(ids);
    int size = columns.limit() / JOB_BYTES;
    if (columns.limit() % JOB_BYTES != 0 || size > JOBS_MAX) {
      throw new IllegalArgumentException(
          columns.limit() + " bytes are not the columns of at most " + JOBS_MAX + " jobs");
    }
    var idEnds = new int[size];
    columns.slice(size * ID_ENDS_AT, size * Integer.BYTES).asIntBuffer().get(idEnds);
    int idEnd = 0;
    for (int end : idEnds) {
      if (end <= idEnd) {
        throw new IllegalArgumentException("an id goes from " + idEnd + " to " + end);
      }
      idEnd = end;
    }
    if (idEnd != ids.limit()) {
      throw new IllegalArgumentException(
          "the ids have " + ids.limit() + " bytes and end at " + idEnd);
    }
    for (byte ending : endings(columns, size)) {
      if (ending < 0 || (ending & ~PREDICTION) >= ENDINGS.size()) {
        throw new IllegalArgumentException("no job ends with " + ending);
      }
    }
  }

  /** These records are kept for weeks, and what they were read from is a whole fetch. */
  private static ByteBuffer copy(ByteBuffer of) {
    return ByteBuffer.allocate(of.remaining()).put(of.duplicate()).flip();
  }

  /**
   * Packs jobs.
   *
   * @throws IllegalArgumentException where there are too many, or one has not ended or has no id
   */
  public static EndedJobs of(int partition, int number, List<EndedJob> jobs) {
    int size = jobs.size();
    var columns = ByteBuffer.allocate(size * JOB_BYTES);
    var ids = jobs.stream().map(job -> job.jobId().getBytes(StandardCharsets.UTF_8)).toList();
    ids.forEach(id -> columns.putLong(digest(id)));
    jobs.forEach(job -> columns.putLong(job.submittedMs()));
    jobs.forEach(job -> columns.putLong(job.finishedMs()));
    jobs.forEach(job -> columns.putLong(job.leftMs()));
    var packed = ByteBuffer.allocate(ids.stream().mapToInt(id -> id.length).sum());
    ids.forEach(id -> columns.putInt(packed.put(id).position()));
    jobs.forEach(job -> columns.put(ending(job)));
    return new EndedJobs(partition, number, columns.flip(), packed.flip());
  }

  private static byte ending(EndedJob job) {
    int ending = ENDINGS.indexOf(job.status());
    return (byte) (job.prediction() && ending >= 0 ? ending | PREDICTION : ending);
  }

  /** First 8 bytes of the SHA-256 of an id in UTF-8: whoever chooses ids can't choose these. */
  public static long digest(byte[] id) {
    try {
      return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(id)).getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Every Java platform has SHA-256", e);
    }
  }

  /** Number of jobs. */
  public int size() {
    return columns.limit() / JOB_BYTES;
  }

  /** Digests of all ids. */
  public long[] digests() {
    var digests = new long[size()];
    columns.asLongBuffer().get(digests);
    return digests;
  }

  /** How all jobs ended, as places in {@link #ENDINGS}. */
  public byte[] endings() {
    var endings = endings(columns, size());
    for (int at = 0; at < endings.length; at++) {
      endings[at] &= ~PREDICTION;
    }
    return endings;
  }

  private static byte[] endings(ByteBuffer columns, int size) {
    var endings = new byte[size];
    columns.get(size * ENDINGS_AT, endings);
    return endings;
  }

  /** How a job ended, by its place in the record. */
  public JobStatus status(int at) {
    return ENDINGS.get(columns.get(size() * ENDINGS_AT + at) & ~PREDICTION);
  }

  private boolean prediction(int at) {
    return (columns.get(size() * ENDINGS_AT + at) & PREDICTION) != 0;
  }

  /** When it was submitted. */
  public long submittedMs(int at) {
    return time(SUBMITTED, at);
  }

  /** When it ended. */
  public long finishedMs(int at) {
    return time(FINISHED, at);
  }

  private long time(int column, int at) {
    return columns.getLong((column * size() + at) * Long.BYTES);
  }

  /** Its id, in UTF-8. */
  public ByteBuffer id(int at) {
    int start = at == 0 ? 0 : idEnd(at - 1);
    return ids.slice(start, idEnd(at) - start);
  }

  private int idEnd(int at) {
    return columns.getInt(size() * ID_ENDS_AT + at * Integer.BYTES);
  }

  /** Its id. */
  public String jobId(int at) {
    return StandardCharsets.UTF_8.decode(id(at)).toString();
  }

  /** All that there is of it. */
  public EndedJob job(int at) {
    return new EndedJob(
        jobId(at), status(at), submittedMs(at), finishedMs(at), time(LEFT, at), prediction(at));
  }

  /** All jobs, unpacked. */
  public List<EndedJob> jobs() {
    return IntStream.range(0, size()).mapToObj(this::job).toList();
  }
}
