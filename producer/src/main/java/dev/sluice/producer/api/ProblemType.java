package dev.sluice.producer.api;

import dev.sluice.producer.spec.ApiWords;
import java.util.Arrays;
import java.util.Optional;

/**
 * Every kind of problem that the HTTP API answers with, each under a code that stays. The table in
 * the README has all of them.
 */
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
  /** The name under which a job registers its model takes no further version. */
  NAME_FULL(409, "The model's name takes no further version"),
  /** Something that has not ended uses it. */
  IN_USE(409, "It is still used"),
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
  /** What is stored was not read yet, so that nothing is known; it is soon. */
  STILL_READING(503, "The producer is still reading what is stored"),
  /** Too much at once; nothing was done. */
  BUSY(503, "Too much is going on at present"),
  /** A part that is needed does not answer. */
  UNAVAILABLE(503, "Not available at present"),
  /** The ledger has not spoken in time. */
  LEDGER_SILENT(504, "The ledger has not answered yet"),
  /** The bytes that files may take are taken. */
  STORE_FULL(507, "The artifact store is full");

  /** How the URIs of all types begin, those of the command line's own, too. */
  public static final String URI = "urn:sluice:problem:";

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

  /** What programs tell problems apart by; it stays, whatever the sentences become. */
  public String code() {
    return ApiWords.of(this);
  }

  /** URI that identifies the type, as RFC 9457 asks for. */
  public String uri() {
    return URI + code();
  }

  /** The code in a URI of this kind; of another, the URI itself. */
  public static String code(String uri) {
    return uri.startsWith(URI) ? uri.substring(URI.length()) : uri;
  }

  /** The type with this URI; empty where none has it. */
  public static Optional<ProblemType> of(String uri) {
    return Arrays.stream(values()).filter(type -> type.uri().equals(uri)).findFirst();
  }
}
