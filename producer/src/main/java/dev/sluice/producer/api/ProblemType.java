package dev.sluice.producer.api;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Every kind of problem that the HTTP API answers with. */
public enum ProblemType {
  /** The request itself can't be understood. */
  BAD_REQUEST(400, "The request can't be understood"),
  /** A web page of another origin asked for it. */
  FOREIGN_ORIGIN(403, "Requests from other web origins are not served"),
  /** There is no such job, lane, model, artifact or path. */
  NOT_FOUND(404, "There is no such thing"),
  /** The path exists, the method doesn't. */
  METHOD_NOT_ALLOWED(405, "The method does not fit the path"),
  /** The idempotency key was used for another body. */
  KEY_REUSED(409, "The idempotency key was used for another job"),
  /** The thing asked for isn't possible in the present state. */
  WRONG_STATE(409, "The present state does not allow it"),
  /** It was there and has expired. */
  GONE(410, "It is no longer there"),
  /** The body exceeds a bound. */
  TOO_LARGE(413, "The body is too large"),
  /** The body's type is not one that is understood. */
  UNSUPPORTED_TYPE(415, "The body's type is not supported"),
  /** The document was understood and is wrong. */
  INVALID(422, "The document has problems"),
  /** The ledger refused the job. */
  REFUSED(422, "The job was refused"),
  /** Our fault. */
  INTERNAL(500, "Something went wrong on our side"),
  /** Too much at once, or a part that is needed does not answer. */
  UNAVAILABLE(503, "Not available at present"),
  /** The ledger has not spoken in time. */
  LEDGER_SILENT(504, "The ledger has not answered yet");

  private final int status;
  private final String title;

  ProblemType(int status, String title) {
    this.status = status;
    this.title = title;
  }

  /** HTTP status code. */
  public int status() {
    return status;
  }

  /** The same sentence for every problem of this type. */
  public String title() {
    return title;
  }

  /** URI that identifies the type, as RFC 9457 asks for. */
  public String uri() {
    return "urn:sluice:problem:" + name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The type with this URI; empty where none has it. */
  public static Optional<ProblemType> of(String uri) {
    return Arrays.stream(values()).filter(type -> type.uri().equals(uri)).findFirst();
  }
}
