package dev.sluice.producer.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.jobs.rules.Names;
import dev.sluice.producer.api.ApiJson;
import dev.sluice.producer.api.ModelViews;
import dev.sluice.producer.api.Problem;
import dev.sluice.producer.api.ProblemType;
import dev.sluice.producer.view.Model;
import dev.sluice.schemas.wire.AliasSet;
import dev.sluice.schemas.wire.DeleteModel;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Predicate;

/** Models, their versions and aliases. */
final class ModelRoutes {

  private static final List<String> MEDIA_TYPES = List.of("application/json");

  private final Services services;

  ModelRoutes(Services services) {
    this.services = services;
  }

  HttpAnswer list(Request request) {
    return HttpAnswer.json(
        Map.of("models", services.view().models().all().stream().map(ModelViews::of).toList()));
  }

  HttpAnswer read(Request request) {
    return HttpAnswer.json(ModelViews.of(model(request)));
  }

  HttpAnswer setAlias(Request request) {
    request.requireMediaType(MEDIA_TYPES);
    var model = model(request);
    int version = version(request);
    if (!model.has(version)) {
      throw Problem.of(
              ProblemType.INVALID,
              "Model "
                  + model.name()
                  + " has no version "
                  + version
                  + ". GET /v1/models/"
                  + model.name()
                  + " lists those that there are.")
          .toException();
    }
    return point(model, alias(request), version);
  }

  HttpAnswer removeAlias(Request request) {
    return point(model(request), alias(request), 0);
  }

  /** A model with all that it has. */
  HttpAnswer delete(Request request) {
    return delete(model(request), DeleteModel.ALL, now -> now.versions().isEmpty());
  }

  HttpAnswer deleteVersion(Request request) {
    var model = model(request);
    var version = request.path("version");
    if (!Names.isVersionNumber(version)) {
      throw Request.bad("A version is a number from 1; aliases are deleted under /aliases/.");
    }
    int number = Integer.parseInt(version);
    if (!model.has(number)) {
      throw Problem.of(
              ProblemType.NOT_FOUND,
              "Model "
                  + model.name()
                  + " has no version "
                  + number
                  + ". GET /v1/models/"
                  + model.name()
                  + " lists those that there are.")
          .toException();
    }
    return delete(model, number, now -> !now.has(number));
  }

  private HttpAnswer delete(Model model, int version, Predicate<Model> gone) {
    Declarations.append(services.log(), model.name(), new DeleteModel(model.name(), version));
    var left =
        Declarations.await(
            services.view().models().await(model.name(), gone, services.ledgerMax()),
            "The deletion");
    return HttpAnswer.json(ModelViews.of(left));
  }

  private HttpAnswer point(Model model, String alias, int version) {
    Declarations.append(services.log(), model.name(), new AliasSet(model.name(), alias, version));
    var wanted = version == 0 ? null : version;
    var entry =
        Declarations.await(
            services
                .view()
                .models()
                .await(
                    model.name(),
                    now -> Objects.equals(now.aliases().get(alias), wanted),
                    services.ledgerMax()),
            "The alias");
    return HttpAnswer.json(ModelViews.of(entry));
  }

  private Model model(Request request) {
    var name = request.path("model");
    if (!Names.isModel(name)) {
      throw Request.bad("A model's name has " + Names.MODEL_RULE + ".");
    }
    return services
        .view()
        .models()
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
