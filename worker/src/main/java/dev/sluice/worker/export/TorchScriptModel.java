package dev.sluice.worker.export;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.sluice.schemas.wire.Affine;
import dev.sluice.schemas.wire.NetworkFacts;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a trained TorchScript file says of itself, in the extra file {@code sluice.json}: name,
 * sha256 (of the flat vector), objective, classes and features, the shape of one sample, how
 * features and target were scaled, and how feature columns become inputs, where some are no plain
 * numbers.
 */
public final class TorchScriptModel {

  /** ASCII, as native code takes the text. */
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

  private TorchScriptModel() {}

  /** Empty: not scaled. */
  private record Scale(List<Double> shift, List<Double> scale) {
    static Scale of(Affine affine) {
      return new Scale(affine.shift(), affine.scale());
    }
  }

  private record Texts(
      String name,
      String sha256,
      String objective,
      List<String> classes,
      List<String> features,
      List<Integer> input,
      int outputs,
      Scale featureScale,
      Scale targetScale,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable JsonNode columns) {}

  /**
   * The description as JSON in ASCII.
   *
   * @param name name of the model
   * @param sha256 SHA-256 of the flat vector
   */
  public static String description(NetworkFacts facts, String name, String sha256) {
    try {
      return JSON.writeValueAsString(
          new Texts(
              name,
              sha256,
              facts.objective().name(),
              facts.classes(),
              facts.features(),
              facts.input(),
              facts.outputs(),
              Scale.of(facts.featureScale()),
              Scale.of(facts.targetScale()),
              facts.columns().isEmpty() ? null : OnnxModel.columns(facts.columns())));
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("texts and numbers can be written", impossible);
    }
  }
}
