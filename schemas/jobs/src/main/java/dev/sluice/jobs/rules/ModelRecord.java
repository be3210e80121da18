package dev.sluice.jobs.rules;

import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.wire.CategoryColumn;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.InferenceSpec;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.NetworkFacts;
import dev.sluice.schemas.wire.PredictionSpec;
import dev.sluice.schemas.wire.QuantisationSpec;
import dev.sluice.schemas.wire.TrainingSpec;
import dev.sluice.schemas.wire.Work;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What models take as records, and what they may. Names of classes and columns come from files, so
 * they may be long; whether they can be stored is known before there is anything to store.
 */
public final class ModelRecord {
  /**
   * Versions of one name that there may be at a time, with those that jobs under way will register.
   */
  public static final int VERSIONS_MAX = 10_000;

  /**
   * Room for one version, in bytes: it is a fact of each job that applies it, and events bring it,
   * which are one record each.
   */
  public static final int VERSION_BYTES_MAX = 3 * 1024 * 1024;

  /** Files, metrics and digests, which are known once a version is made. */
  private static final int UNKNOWN_YET_BYTES = 4 * 1024;

  private static final int KIBIBYTE = 1024;

  private static final Codec CODEC = Codec.builtIn();

  private ModelRecord() {}

  /** What a version of a network takes at most. */
  public static int bytes(NetworkFacts network) {
    var version =
        new ModelVersion("", 0, "", "", network, List.of(), List.of(), "", 0, "", 0, "", "");
    return CODEC.encode(version).length + UNKNOWN_YET_BYTES;
  }

  /** Name under which a job registers a version of what it makes; empty where it doesn't. */
  public static Optional<String> registers(Work work) {
    return switch (work) {
      case TrainingSpec training -> Optional.ofNullable(training.register());
      case QuantisationSpec q -> Optional.of(q.register() == null ? q.model() : q.register());
      case InferenceSpec inference -> Optional.empty();
      case PredictionSpec prediction -> Optional.empty();
    };
  }

  /**
   * Why a name takes no further version; empty where it does.
   *
   * @param versions that there are
   * @param places of jobs under way that will register one
   */
  public static Optional<Cause> full(String name, int versions, int places) {
    if (versions + places < VERSIONS_MAX) {
      return Optional.empty();
    }
    return Optional.of(
        new Cause(
            Code.MODEL_FULL,
            "register",
            "Model " + name + " can't take another version.",
            String.format(
                Locale.ROOT,
                "It has %d versions, and jobs under way will register %d more; a name takes %d.",
                versions,
                places,
                VERSIONS_MAX),
            "Delete versions that nobody needs (`sluice models delete "
                + name
                + "@1`), or register under another name."));
  }

  /** Why a version of a network can't be stored; empty where it can. */
  public static Optional<Cause> objection(NetworkFacts network) {
    int bytes = bytes(network);
    if (bytes <= VERSION_BYTES_MAX) {
      return Optional.empty();
    }
    return Optional.of(
        new Cause(
            Code.MODEL_TOO_LARGE,
            "dataset",
            String.format(
                Locale.ROOT,
                "The model could not be stored: a version of it takes %d KiB, and may take %d KiB.",
                kibibytes(bytes),
                VERSION_BYTES_MAX / KIBIBYTE),
            String.format(
                Locale.ROOT,
                "A version holds the names of its %d classes, which are %d KiB, of its %d feature"
                    + " columns, which are %d KiB, and of their %d categories, which are %d KiB.",
                network.classes().size(),
                kibibytes(utf8Bytes(network.classes())),
                network.features().size(),
                kibibytes(utf8Bytes(network.features())),
                categories(network).size(),
                kibibytes(utf8Bytes(categories(network)))),
            "Give classes, columns and categories short names, such as numbers; free text is hardly"
                + " a class or a category."));
  }

  private static List<String> categories(NetworkFacts network) {
    return network.columns().stream()
        .flatMap(
            column ->
                column instanceof CategoryColumn(var names, var fill)
                    ? names.stream()
                    : Stream.empty())
        .toList();
  }

  private static long utf8Bytes(List<String> names) {
    return names.stream().mapToLong(name -> name.getBytes(StandardCharsets.UTF_8).length).sum();
  }

  private static long kibibytes(long bytes) {
    return Math.ceilDiv(bytes, KIBIBYTE);
  }
}
