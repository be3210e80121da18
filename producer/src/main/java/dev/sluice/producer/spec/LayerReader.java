package dev.sluice.producer.spec;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.sluice.platform.document.Named;
import dev.sluice.platform.document.Section;
import dev.sluice.platform.document.Spelling;
import dev.sluice.schemas.wire.Activation;
import dev.sluice.schemas.wire.AvgPool2d;
import dev.sluice.schemas.wire.BatchNorm;
import dev.sluice.schemas.wire.Conv2d;
import dev.sluice.schemas.wire.Dense;
import dev.sluice.schemas.wire.Dropout;
import dev.sluice.schemas.wire.Flatten;
import dev.sluice.schemas.wire.Function;
import dev.sluice.schemas.wire.GlobalAvgPool;
import dev.sluice.schemas.wire.Layer;
import dev.sluice.schemas.wire.LayerNorm;
import dev.sluice.schemas.wire.MaxPool2d;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Reads {@code model.layers}. */
final class LayerReader {

  private static final List<String> NAMES =
      Stream.concat(
              Stream.of(
                  "dense",
                  "conv2d",
                  "max-pool2d",
                  "avg-pool2d",
                  "global-avg-pool",
                  "flatten",
                  "dropout",
                  "batch-norm",
                  "layer-norm"),
              Spelling.all(Function.class).stream())
          .toList();

  private LayerReader() {}

  static List<Layer> read(Section model) {
    var layers = new ArrayList<Layer>();
    for (var item : model.items("layers")) {
      var where = model.at("layers") + "[" + layers.size() + "]";
      layers.add(layer(Named.of(model, item, where, "flatten", NAMES)));
    }
    return layers;
  }

  private static Layer layer(Named named) {
    return switch (named.name()) {
      case "dense" -> {
        var f = fields(named, "units");
        yield done(f, new Dense(needed(f, "units"), f.flag("bias", true)));
      }
      case "conv2d" -> {
        var f = fields(named, "channels");
        yield done(
            f,
            new Conv2d(
                needed(f, "channels"),
                f.small("kernel", 3),
                f.small("stride", 1),
                f.small("padding", 0),
                f.flag("bias", true)));
      }
      case "max-pool2d" -> {
        var f = fields(named, "kernel");
        yield done(
            f, new MaxPool2d(f.small("kernel", 2), f.small("stride", 0), f.small("padding", 0)));
      }
      case "avg-pool2d" -> {
        var f = fields(named, "kernel");
        yield done(
            f, new AvgPool2d(f.small("kernel", 2), f.small("stride", 0), f.small("padding", 0)));
      }
      case "dropout" -> {
        var f = fields(named, "rate");
        yield done(f, new Dropout(f.number("rate", 0.5)));
      }
      case "batch-norm" -> {
        var f = named.fields();
        yield done(f, new BatchNorm(f.number("momentum", 0.1), f.number("epsilon", 1e-5)));
      }
      case "layer-norm" -> {
        var f = named.fields();
        yield done(f, new LayerNorm(f.number("epsilon", 1e-5)));
      }
      case "global-avg-pool" -> done(named.fields(), new GlobalAvgPool());
      case "flatten" -> done(named.fields(), new Flatten());
      default -> done(named.fields(), new Activation(function(named.name())));
    };
  }

  private static Function function(String name) {
    return Arrays.stream(Function.values())
        .filter(f -> Spelling.of(f).equals(name))
        .findFirst()
        .orElse(Function.RELU);
  }

  /** {@code dense: 10} is short for {@code dense: {units: 10}}. */
  private static Section fields(Named named, String shorthand) {
    if (named.value().isValueNode() && !named.value().isMissingNode()) {
      var object = JsonNodeFactory.instance.objectNode();
      object.set(shorthand, named.value());
      return new Section(object, named.where(), named.problems());
    }
    return named.fields();
  }

  private static int needed(Section fields, String name) {
    if (!fields.has(name)) {
      fields.missing(name, "The layer has no size without it.");
    }
    return fields.small(name, 1);
  }

  private static Layer done(Section fields, Layer layer) {
    fields.end();
    return layer;
  }
}
