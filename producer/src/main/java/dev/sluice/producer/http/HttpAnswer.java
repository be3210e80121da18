package dev.sluice.producer.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.sluice.producer.api.ApiJson;
import dev.sluice.producer.api.Problem;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** What a request is answered with. */
sealed interface HttpAnswer {

  /** HTTP status code. */
  int status();

  /** Type of the body; empty where there is none. */
  String mediaType();

  /** Headers beside the content type. */
  Map<String, String> headers();

  /**
   * A body that is there as a whole.
   *
   * @param status HTTP status code
   * @param mediaType its type
   * @param headers other headers
   * @param body the bytes
   */
  record Whole(int status, String mediaType, Map<String, String> headers, Buffer body)
      implements HttpAnswer {
    public Whole {
      headers = Map.copyOf(headers);
    }
  }

  /**
   * A body that is written piece by piece.
   *
   * @param status HTTP status code
   * @param mediaType its type
   * @param headers other headers
   * @param body writes it
   */
  record Stream(int status, String mediaType, Map<String, String> headers, Body body)
      implements HttpAnswer {
    public Stream {
      headers = Map.copyOf(headers);
    }
  }

  /**
   * The head alone, of a body whose length is not known before it is written.
   *
   * @param status HTTP status code
   * @param mediaType its type
   * @param headers other headers
   */
  record Head(int status, String mediaType, Map<String, String> headers) implements HttpAnswer {
    public Head {
      headers = Map.copyOf(headers);
    }
  }

  /**
   * What is known only once something has happened. Waiting for it takes no thread and no part of
   * the bound on requests at work.
   *
   * @param done ends the wait, also when it fails
   * @param answer what is answered then; may block
   */
  record Later(CompletableFuture<?> done, Supplier<HttpAnswer> answer) implements HttpAnswer {
    @Override
    public int status() {
      return 200;
    }

    @Override
    public String mediaType() {
      return "";
    }

    @Override
    public Map<String, String> headers() {
      return Map.of();
    }
  }

  /** Writes a body. */
  interface Body {
    /**
     * Writes all of it; may block.
     *
     * @throws IOException where the reader has gone away
     */
    void writeTo(OutputStream out) throws IOException;
  }

  /** 200 with a JSON body. */
  static HttpAnswer json(Object body) {
    return json(200, body, Map.of());
  }

  /** A JSON body. */
  static HttpAnswer json(int status, Object body, Map<String, String> headers) {
    return new Whole(status, "application/json", headers, bytes(body));
  }

  /** A text. */
  static HttpAnswer text(String mediaType, String body) {
    return new Whole(200, mediaType, Map.of(), Buffer.buffer(body));
  }

  /** A problem document. */
  static HttpAnswer problem(Problem problem) {
    Map<String, String> headers = problem.status() == 503 ? Map.of("Retry-After", "1") : Map.of();
    return new Whole(problem.status(), Problem.MEDIA_TYPE, headers, bytes(problem));
  }

  private static Buffer bytes(Object body) {
    try {
      return Buffer.buffer(ApiJson.MAPPER.writeValueAsBytes(body));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a view is not JSON", e);
    }
  }
}
