package dev.sluice.producer.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.accelerators.catalogue.Catalogue;
import dev.sluice.accelerators.catalogue.CatalogueFiles;
import dev.sluice.jobs.rules.Names;
import dev.sluice.jobs.state.Job;
import dev.sluice.platform.cluster.Topics;
import dev.sluice.producer.api.ApiJson;
import dev.sluice.producer.api.LaneView;
import dev.sluice.producer.api.Problem;
import dev.sluice.producer.api.ProblemException;
import dev.sluice.producer.api.ProblemType;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LaneDeclared;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Lanes: what is declared and what waits there. */
final class LaneRoutes {

  static final int WORKERS_MAX = 100_000;
  private static final Set<String> FIELDS =
      Set.of("lane", "accelerator", "workersMin", "workersMax");
  private static final List<String> MEDIA_TYPES = List.of("application/json");

  private final Services services;
  private final Catalogue catalogue = CatalogueFiles.ofEnvironment();

  LaneRoutes(Services services) {
    this.services = services;
  }

  HttpAnswer list(Request request) {
    var active = services.view().jobs().active();
    return HttpAnswer.json(
        Map.of("lanes", services.view().lanes().stream().map(lane -> view(lane, active)).toList()));
  }

  HttpAnswer read(Request request) {
    var name = laneName(request);
    var lane = services.view().lane(name).orElseThrow(() -> unknown(name));
    return HttpAnswer.json(view(lane, services.view().jobs().active()));
  }

  HttpAnswer declare(Request request) {
    request.requireMediaType(MEDIA_TYPES);
    var wanted = parse(laneName(request), request);
    var before = services.view().lane(wanted.lane());
    if (before.isPresent() && !before.get().accelerator().equals(wanted.accelerator())) {
      throw Problem.of(
              ProblemType.WRONG_STATE,
              "Lane "
                  + wanted.lane()
                  + " exists for "
                  + before.get().accelerator()
                  + ", and work may wait in it. Declare a lane of another name for "
                  + wanted.accelerator()
                  + ".")
          .toException();
    }
    try {
      services.lanes().ensure(wanted.lane());
    } catch (Topics.TopicsUnavailable e) {
      throw Problem.of(
              ProblemType.UNAVAILABLE, "The lane's topics could not be made.", e.problems())
          .toException();
    }
    Declarations.append(services.log(), wanted.lane(), new LaneDeclared(wanted));
    var lane =
        Declarations.await(
            services.view().awaitLane(wanted.lane(), wanted::equals, services.ledgerMax()),
            "The lane");
    return HttpAnswer.json(
        before.isPresent() ? 200 : 201,
        view(lane, services.view().jobs().active()),
        Map.of("Location", "/v1/lanes/" + lane.lane()));
  }

  private LaneView view(Lane lane, List<Job> active) {
    long since = services.clock().millis() - services.workerSilence().toMillis();
    var here = active.stream().filter(job -> job.lane().equals(lane.lane())).toList();
    return new LaneView(
        lane.lane(),
        lane.accelerator(),
        lane.workersMin(),
        lane.workersMax(),
        (int)
            services.view().fleet().since(since).stream()
                .filter(worker -> worker.heartbeat().lane().equals(lane.lane()))
                .count(),
        here.size(),
        here.stream().mapToInt(job -> job.open().size()).sum(),
        services.lag().get().lanes().stream()
            .filter(lag -> lag.queue().name().equals(lane.lane()))
            .findFirst()
            .map(LagViews::queue)
            .orElse(null));
  }

  private static String laneName(Request request) {
    var name = request.path("lane");
    if (!Names.isLane(name)) {
      throw Request.bad("A lane's name has " + Names.LANE_RULE + ".");
    }
    return name;
  }

  private static ProblemException unknown(String name) {
    return Problem.of(
            ProblemType.NOT_FOUND,
            "No lane " + name + " is declared. GET /v1/lanes lists them; PUT declares one.")
        .toException();
  }

  private Lane parse(String name, Request request) {
    JsonNode body;
    try {
      body = ApiJson.MAPPER.readTree(request.body());
    } catch (JsonProcessingException e) {
      throw Request.bad("The body is not JSON: " + e.getOriginalMessage() + ".");
    }
    if (!body.isObject()) {
      throw Request.bad("The body must be an object such as {\"accelerator\": \"cpu\"}.");
    }
    var problems = new ArrayList<Cause>();
    body.fieldNames()
        .forEachRemaining(
            field -> {
              if (!FIELDS.contains(field)) {
                problems.add(
                    cause(
                        Code.UNKNOWN_FIELD,
                        field,
                        "There is no field '" + field + "'.",
                        "Known are accelerator," + " workersMin and workersMax."));
              }
            });
    if (body.has("lane") && !body.get("lane").asText().equals(name)) {
      problems.add(
          cause(
              Code.CONTRADICTION,
              "lane",
              "The body names another lane than the path.",
              "Leave it out."));
    }
    var accelerator = body.path("accelerator").asText("");
    if (catalogue.find(accelerator).isEmpty()) {
      problems.add(
          cause(
              accelerator.isEmpty() ? Code.MISSING_FIELD : Code.NO_SUCH_ACCELERATOR,
              "accelerator",
              accelerator.isEmpty()
                  ? "No accelerator model is named."
                  : "There is no accelerator model '" + accelerator + "'.",
              catalogue.nearest(accelerator)
                  + "Name one that `sluice accelerators` lists, such as host-cpu."));
    }
    int min = workers(body, "workersMin", problems);
    int max = workers(body, "workersMax", problems);
    if (body.has("workersMax") && max < min) {
      problems.add(
          cause(
              Code.CONTRADICTION,
              "workersMax",
              "workersMax is less than workersMin.",
              "Make it at least " + min + "."));
    }
    if (!problems.isEmpty()) {
      throw Problem.of(ProblemType.INVALID, "There are problems with the lane.", problems)
          .toException();
    }
    return new Lane(name, accelerator, min, Math.max(min, max));
  }

  private static int workers(JsonNode body, String field, List<Cause> problems) {
    var node = body.path(field);
    if (node.isMissingNode()) {
      return 0;
    }
    if (!node.isIntegralNumber() || node.asLong() < 0 || node.asLong() > WORKERS_MAX) {
      problems.add(
          cause(
              node.isIntegralNumber() ? Code.OUT_OF_RANGE : Code.WRONG_TYPE,
              field,
              field + " is " + node + ".",
              "Give a whole number from 0 to " + WORKERS_MAX + "."));
      return 0;
    }
    return node.asInt();
  }

  private static Cause cause(Code code, String where, String what, String mend) {
    return new Cause(code, where, what, "", mend);
  }
}
