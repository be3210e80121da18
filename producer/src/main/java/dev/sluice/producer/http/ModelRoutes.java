package dev.sluice.producer.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.producer.api.ApiJson;
import dev.sluice.producer.api.ModelViews;
import dev.sluice.producer.api.Problem;
import dev.sluice.producer.api.ProblemType;
import dev.sluice.schemas.job.Names;
import dev.sluice.schemas.wire.AliasSet;
import dev.sluice.schemas.wire.ModelEntry;
import dev.sluice.schemas.wire.ModelVersion;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** Models, their versions and aliases. */
final class ModelRoutes {

  private static final List<String> MEDIA_TYPES = List.of("application/json");

  private final Services services;

  ModelRoutes(Services services) {
    this.services = services;
  }

  Answer list(Request request) {
    return Answer.json(
        Map.of("models", services.view().models().stream().map(ModelViews::of).toList()));
  }

  Answer read(Request request) {
    return Answer.json(ModelViews.of(model(request)));
  }

  Answer setAlias(Request request) {
    request.requireMediaType(MEDIA_TYPES);
    var model = model(request);
    int version = version(request);
    if (model.versions().stream().noneMatch(known -> known.version() == version)) {
      throw Problem.of(
              ProblemType.INVALID,
              "Model "
                  + model.name()
                  + " has no version "
                  + version
                  + ". It has "
                  + model.versions().stream()
                      .map(ModelVersion::version)
                      .map(String::valueOf)
                      .collect(Collectors.joining(", "))
                  + ".")
          .toException();
    }
    return point(model, alias(request), version);
  }

  Answer removeAlias(Request request) {
    return point(model(request), alias(request), 0);
  }

  private Answer point(ModelEntry model, String alias, int version) {
    Ledger.append(services.log(), model.name(), new AliasSet(model.name(), alias, version));
    var wanted = version == 0 ? null : version;
    var entry =
        Ledger.await(
            services
                .view()
                .awaitModel(
                    model.name(),
                    now -> Objects.equals(now.aliases().get(alias), wanted),
                    services.ledgerMax()),
            "The alias");
    return Answer.json(ModelViews.of(entry));
  }

  private ModelEntry model(Request request) {
    var name = request.path("model");
    if (!Names.isModel(name)) {
      throw Request.bad("A model's name has " + Names.MODEL_RULE + ".");
    }
    return services
        .view()
        .model(name)
        .orElseThrow(
            () ->
                Problem.of(
                        ProblemType.NOT_FOUND,
                        "There is no model " + name + ". GET /v1/models lists them.")
                    .toException());
  }

  private static String alias(Request request) {
    var alias = request.path("alias");
    if (!Names.isAlias(alias)) {
      throw Request.bad("An alias has " + Names.ALIAS_RULE + ".");
    }
    return alias;
  }

  private static int version(Request request) {
    JsonNode body;
    try {
      body = ApiJson.MAPPER.readTree(request.body());
    } catch (JsonProcessingException e) {
      throw Request.bad("The body is not JSON: " + e.getOriginalMessage() + ".");
    }
    var version = body.path("version");
    if (!version.isInt() || version.asInt() < 1) {
      throw Request.bad("The body must be an object such as {\"version\": 3}.");
    }
    return version.asInt();
  }
}
