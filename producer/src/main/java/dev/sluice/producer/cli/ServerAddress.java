package dev.sluice.producer.cli;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/** Where a producer is, as people write it. */
final class ServerAddress {

  static final String DEFAULT = "http://127.0.0.1:8642";

  private static final int PORT_MAX = 65_535;

  private ServerAddress() {}

  /** What was written is no address. */
  static final class Wrong extends Exception {
    private static final long serialVersionUID = 1L;

    Wrong(String why) {
      super(why);
    }
  }

  /**
   * The address: {@code host:port} counts as HTTP, and a path is where the API begins.
   *
   * @param text as written; blank for the default
   * @throws Wrong in one sentence, with what to write instead
   */
  static URI parse(String text) throws Wrong {
    var written = text.isBlank() ? DEFAULT : text.strip();
    URI uri;
    try {
      uri = new URI(written.contains("://") ? written : "http://" + written);
    } catch (URISyntaxException e) {
      throw wrong(text, "it is no address");
    }
    var scheme = uri.getScheme().toLowerCase(Locale.ROOT);
    if (!scheme.equals("http") && !scheme.equals("https")) {
      throw wrong(text, "a producer speaks HTTP, not " + uri.getScheme());
    }
    if (uri.getRawUserInfo() != null) {
      throw wrong(text, "names and passwords are not taken");
    }
    if (uri.getHost() == null || uri.getPort() > PORT_MAX || uri.getPort() == 0) {
      throw wrong(text, "its host or port is not one; an IPv6 address stands in [brackets]");
    }
    if (uri.getRawQuery() != null || uri.getRawFragment() != null) {
      throw wrong(text, "it has more than a host, a port and a path");
    }
    var whole = uri.toString();
    return URI.create(whole.endsWith("/") ? whole.replaceFirst("/+$", "") : whole);
  }

  private static Wrong wrong(String text, String why) {
    // What stands before an @ may be a password, whatever else is wrong.
    var shown = text.replaceFirst("(^|://).*@", "$1...@");
    return new Wrong(
        "'" + shown + "' can't be the server: " + why + ". Write one such as " + DEFAULT + ".");
  }
}
