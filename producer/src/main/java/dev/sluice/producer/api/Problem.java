package dev.sluice.producer.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.sluice.producer.view.ReadingProgress;
import dev.sluice.schemas.wire.Cause;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A problem document (RFC 9457, application/problem+json).
 *
 * @param type URI of the type, see {@link ProblemType}
 * @param title the same for every problem of the type
 * @param status HTTP status code
 * @param detail what happened here, in plain words
 * @param problems everything that is wrong, with the place and the remedy
 * @param jobId the job it is about; null where it is about none
 * @param verdicts admission's verdict for every lane, where a job was refused
 * @param reading how far what is stored is read, where that must end first
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Problem(
    String type,
    String title,
    int status,
    String detail,
    List<CauseView> problems,
    @Nullable String jobId,
    @Nullable List<JobView.VerdictView> verdicts,
    @Nullable ReadingProgress reading) {

  /** Media type of a problem document. */
  public static final String MEDIA_TYPE = "application/problem+json";

  /** Absent lists of another implementation's problems count as empty. */
  public Problem(
      @Nullable String type,
      @Nullable String title,
      int status,
      @Nullable String detail,
      @Nullable List<CauseView> problems,
      @Nullable String jobId,
      @Nullable List<JobView.VerdictView> verdicts,
      @Nullable ReadingProgress reading) {
    this.type = type == null ? "about:blank" : type;
    this.title = title == null ? "" : title;
    this.status = status;
    this.detail = detail == null ? "" : detail;
    this.problems = problems == null ? List.of() : List.copyOf(problems);
    this.jobId = jobId;
    this.verdicts = verdicts == null ? null : List.copyOf(verdicts);
    this.reading = reading;
  }

  /** The {@link ProblemType#code code} of its type. */
  @JsonProperty(access = JsonProperty.Access.READ_ONLY)
  public String code() {
    return ProblemType.code(type);
  }

  /** Whether it is of a type. */
  public boolean is(ProblemType other) {
    return type.equals(other.uri());
  }

  /** A problem with one sentence to say. */
  public static Problem of(ProblemType type, String detail) {
    return of(type, detail, List.of());
  }

  /** A problem that lists causes. */
  public static Problem of(ProblemType type, String detail, List<Cause> causes) {
    return new Problem(
        type.uri(),
        type.title(),
        type.status(),
        detail,
        causes.stream().map(CauseView::of).toList(),
        null,
        null,
        null);
  }

  /** What is stored was not read yet. */
  public static Problem stillReading(ReadingProgress far) {
    return of(
            ProblemType.STILL_READING,
            "What is stored is being read, and only then can be answered: "
                + far.text()
                + ". Nothing is lost; ask again in a moment.")
        .with(far);
  }

  /** This problem, about a job. */
  public Problem about(String job) {
    return new Problem(type, title, status, detail, problems, job, verdicts, reading);
  }

  /** This problem, with admission's verdicts. */
  public Problem with(List<JobView.VerdictView> lanes) {
    return new Problem(type, title, status, detail, problems, jobId, lanes, reading);
  }

  private Problem with(ReadingProgress far) {
    return new Problem(type, title, status, detail, problems, jobId, verdicts, far);
  }

  /** This problem as an exception. */
  public ProblemException toException() {
    return new ProblemException(this);
  }
}
