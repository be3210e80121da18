package dev.sluice.producer.spec;

import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.PredictionSpec;
import dev.sluice.schemas.wire.QuantisationSpec;
import dev.sluice.schemas.wire.TrainingSpec;
import dev.sluice.schemas.wire.Work;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Enum constants as the API writes them: {@code BAD_INPUT} is bad-input. */
public final class ApiWords {

  /** What a job does: training, inference or quantisation. */
  public static String kind(Work work) {
    return switch (work) {
      case TrainingSpec t -> "training";
      case InferenceSpec i -> "inference";
      case QuantisationSpec q -> "quantisation";
      case PredictionSpec p -> "inference"; // whose rows come with it
    };
  }

  private ApiWords() {}

  /** The word for a constant. */
  public static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The constant for a word; empty where there is none. */
  public static <E extends Enum<E>> Optional<E> parse(Class<E> type, String word) {
    return Arrays.stream(type.getEnumConstants())
        .filter(constant -> of(constant).equals(word.toLowerCase(Locale.ROOT)))
        .findFirst();
  }
}
