package dev.sluice.producer.http;

import dev.sluice.producer.api.ProblemType;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;
import java.util.Set;

/**
 * Keeps web pages from driving an API on their visitor's own machine. Browsers name the origin of
 * the page that asks; other clients name none. Where only this machine may ask, the name that it
 * was asked by must be this machine's too: a page can make its own name resolve to 127.0.0.1.
 */
final class BrowserGuard implements Handler<RoutingContext> {

  private static final Set<String> LOOPBACK_NAMES =
      Set.of("localhost", "127.0.0.1", "[::1]", "::1");

  private final boolean loopbackOnly;

  /**
   * @param loopbackOnly whether the server listens on the loopback interface only
   */
  BrowserGuard(boolean loopbackOnly) {
    this.loopbackOnly = loopbackOnly;
  }

  @Override
  public void handle(RoutingContext context) {
    var authority = context.request().authority();
    var host = authority == null ? "" : authority.toString();
    var origin = context.request().getHeader("Origin");
    if (origin != null && !origin.equals("http://" + host) && !origin.equals("https://" + host)) {
      HttpApi.refuse(
          context,
          ProblemType.FOREIGN_ORIGIN,
          "The request comes from a page of " + origin + ", this is " + host + ".");
    } else if (loopbackOnly
        && authority != null
        && !LOOPBACK_NAMES.contains(authority.host().toLowerCase(Locale.ROOT))) {
      HttpApi.refuse(
          context,
          ProblemType.FOREIGN_ORIGIN,
          "This server listens on the loopback interface and goes by localhost or 127.0.0.1, not by"
              + " "
              + authority.host()
              + ".");
    } else {
      context.next();
    }
  }
}
