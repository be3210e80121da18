package dev.sluice.producer.http;

import dev.sluice.producer.api.ProblemType;
import dev.sluice.schemas.problem.Utf8;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Refuses requests whose text would be read as another one than was meant: forms, compressed
 * bodies, other character sets, and escapes in the path or query that are not UTF-8.
 */
final class TextGuard implements Handler<RoutingContext> {

  private static final Pattern CHARSET =
      Pattern.compile(";\\s*charset\\s*=\\s*\"?([^\";\\s]*)", Pattern.CASE_INSENSITIVE);

  @Override
  public void handle(RoutingContext context) {
    var request = context.request();
    var type = request.getHeader("Content-Type");
    var encoding = request.getHeader("Content-Encoding");
    if (isForm(type)) {
      HttpApi.refuse(
          context,
          ProblemType.UNSUPPORTED_TYPE,
          "Forms of several parts are not taken. Send the job itself, as YAML or JSON, and the"
              + " bytes of a file to PUT /v1/artifacts.");
    } else if (encoding != null && !encoding.strip().equalsIgnoreCase("identity")) {
      HttpApi.refuse(
          context,
          ProblemType.UNSUPPORTED_TYPE,
          "Content-Encoding is '"
              + encoding
              + "', and bodies are taken as they are. Send it uncompressed; a data set may be a"
              + " gzip file, sent without this header.");
    } else if (otherCharset(type).isPresent()) {
      HttpApi.refuse(
          context,
          ProblemType.UNSUPPORTED_TYPE,
          "The charset is '" + otherCharset(type).get() + "'. Send UTF-8.");
    } else if (!isUtf8(request.uri())) {
      HttpApi.refuse(
          context,
          ProblemType.BAD_REQUEST,
          "The path or query holds escapes that are not UTF-8. Write a character as the escapes of"
              + " its UTF-8 bytes, such as %C3%A9.");
    } else {
      context.next();
    }
  }

  /** No route takes them, and one that is broken would make their reader fail. */
  private static boolean isForm(@Nullable String type) {
    return type != null && type.strip().toLowerCase(Locale.ROOT).startsWith("multipart/");
  }

  /** ASCII is UTF-8, too; what is sent under its name is looked at as every body is. */
  private static Optional<String> otherCharset(@Nullable String type) {
    var charset = type == null ? null : CHARSET.matcher(type);
    return charset == null || !charset.find()
        ? Optional.empty()
        : Optional.of(charset.group(1))
            .filter(name -> !name.toLowerCase(Locale.ROOT).matches("utf-?8|us-ascii|ascii"));
  }

  /** Whether what the escapes of an address stand for is UTF-8; broken ones are others' concern. */
  static boolean isUtf8(String uri) {
    if (uri.indexOf('%') < 0) {
      return true;
    }
    var bytes = new ByteArrayOutputStream(uri.length());
    for (int i = 0; i < uri.length(); i++) {
      boolean escape = uri.charAt(i) == '%' && i + 2 < uri.length();
      int high = escape ? Character.digit(uri.charAt(i + 1), 16) : -1;
      int low = escape ? Character.digit(uri.charAt(i + 2), 16) : -1;
      if (high >= 0 && low >= 0) {
        bytes.write(high << 4 | low);
        i += 2;
      } else {
        bytes.writeBytes(uri.substring(i, i + 1).getBytes(StandardCharsets.UTF_8));
      }
    }
    return Utf8.firstBad(bytes.toByteArray()).isEmpty();
  }
}
