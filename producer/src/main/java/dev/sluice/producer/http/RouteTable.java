package dev.sluice.producer.http;

import dev.sluice.producer.api.Problem;
import dev.sluice.producer.api.ProblemType;
import dev.sluice.schemas.problem.NearestName;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What there is to ask for. Everything that holds for all of it follows from the table: HEAD
 * wherever GET is, {@code Allow} with OPTIONS and with a method that does not fit, and the refusal
 * of query parameters that nobody would read.
 */
final class RouteTable {

  /** More repeated or unknown parameters would be a list and no help. */
  private static final int CAUSES_MAX = 10;

  private static final int NAME_CHARS_MAX = 64;

  /**
   * A method of a path.
   *
   * @param method the method; GET answers HEAD, too, unless the table says otherwise
   * @param path where {@code :name} stands for any part
   * @param query query parameters that it reads, each at most once
   * @param takesBody whether its body is read as a whole, before the handler
   * @param handler answers
   */
  record Route(
      HttpMethod method,
      String path,
      List<String> query,
      boolean takesBody,
      Handler<RoutingContext> handler) {}

  static Route get(String path, Handler<RoutingContext> handler, String... query) {
    // The body of a GET is nothing to anyone, and one that claims to be a form would make it fail.
    return new Route(HttpMethod.GET, path, List.of(query), false, handler);
  }

  static Route head(String path, Handler<RoutingContext> handler) {
    return new Route(HttpMethod.HEAD, path, List.of(), false, handler);
  }

  static Route post(String path, Handler<RoutingContext> handler, String... query) {
    return new Route(HttpMethod.POST, path, List.of(query), true, handler);
  }

  static Route put(String path, Handler<RoutingContext> handler) {
    return new Route(HttpMethod.PUT, path, List.of(), true, handler);
  }

  static Route delete(String path, Handler<RoutingContext> handler) {
    return new Route(HttpMethod.DELETE, path, List.of(), true, handler);
  }

  /** A file is put to disk as it comes. */
  static Route upload(String path, Handler<RoutingContext> handler) {
    return new Route(HttpMethod.PUT, path, List.of(), false, handler);
  }

  private final Map<String, Map<HttpMethod, Route>> paths = new LinkedHashMap<>();

  /**
   * @param routes all there are
   */
  RouteTable(List<Route> routes) {
    for (var route : routes) {
      methods(route.path()).put(route.method(), route);
    }
    for (var route : routes) {
      if (route.method().equals(HttpMethod.GET)) {
        methods(route.path()).putIfAbsent(HttpMethod.HEAD, route);
      }
    }
  }

  private Map<HttpMethod, Route> methods(String path) {
    return paths.computeIfAbsent(path, p -> new LinkedHashMap<>());
  }

  /**
   * Puts the table into a router.
   *
   * @param bodies reads a body as a whole
   */
  void mount(Router router, Handler<RoutingContext> bodies) {
    paths.forEach(
        (path, methods) -> {
          methods.forEach(
              (method, route) -> {
                router.route(method, path).handler(c -> checkQuery(route, c));
                if (route.takesBody()) {
                  router.route(method, path).handler(bodies);
                }
                router.route(method, path).handler(route.handler());
              });
          router.route(path).handler(c -> otherMethod(methods.keySet(), c));
        });
  }

  /** What is told whoever asks for what there is not. */
  Problem nothingAt(String path) {
    var whole = paths.keySet().stream().filter(known -> known.indexOf(':') < 0).toList();
    return Problem.of(
        ProblemType.NOT_FOUND,
        "There is nothing at " + path + ". " + NearestName.hint(path, whole).stripTrailing());
  }

  private static void otherMethod(Set<HttpMethod> methods, RoutingContext context) {
    var allowed = new LinkedHashSet<String>();
    methods.forEach(method -> allowed.add(method.name()));
    allowed.add(HttpMethod.OPTIONS.name());
    var allow = String.join(", ", allowed);
    var response = context.response().putHeader("Allow", allow);
    var method = context.request().method();
    if (method.equals(HttpMethod.OPTIONS)) {
      Dispatcher.send(response, new HttpAnswer.Head(204, "", Map.of()));
      return;
    }
    var what = shortened(method.name()) + " does not fit " + context.normalizedPath() + ".";
    var cause =
        new Cause(
            Code.UNKNOWN_CHOICE,
            "method",
            what,
            "What is there answers " + allow + ".",
            "Send one of these.");
    HttpApi.refuse(
        context,
        Problem.of(ProblemType.METHOD_NOT_ALLOWED, what + " " + cause.why(), List.of(cause)));
  }

  /** A parameter that is misspelt would be left out without a word, and all jobs be listed. */
  private static void checkQuery(Route route, RoutingContext context) {
    var given = context.queryParams();
    var causes = new ArrayList<Cause>();
    for (var name : given.names()) {
      if (!route.query().contains(name)) {
        causes.add(unknown(route, name));
      } else if (given.getAll(name).size() > 1) {
        causes.add(repeated(name, given.getAll(name).size()));
      }
    }
    if (causes.isEmpty()) {
      context.next();
      return;
    }
    var shown = causes.subList(0, Math.min(CAUSES_MAX, causes.size()));
    var detail =
        shown.stream()
            .map(cause -> cause.what() + " " + cause.mend())
            .collect(Collectors.joining(" "));
    HttpApi.refuse(context, Problem.of(ProblemType.BAD_REQUEST, detail, shown));
  }

  private static Cause unknown(Route route, String name) {
    var known = route.query();
    return new Cause(
        Code.UNKNOWN_FIELD,
        "query",
        "There is no query parameter '" + shortened(name) + "'.",
        "It would be left out without a word.",
        NearestName.hint(name, known)
            + (known.isEmpty()
                ? "This path takes none."
                : "Known are " + String.join(", ", known) + "."));
  }

  private static Cause repeated(String name, int times) {
    return new Cause(
        Code.NAMED_TWICE,
        "query",
        "Query parameter " + name + " is given " + times + " times.",
        "Only one of the values could count.",
        "Give it once.");
  }

  private static String shortened(String name) {
    return name.length() <= NAME_CHARS_MAX ? name : name.substring(0, NAME_CHARS_MAX) + "...";
  }
}
