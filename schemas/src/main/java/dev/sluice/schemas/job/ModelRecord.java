package dev.sluice.schemas.job;

import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.wire.CategoryColumn;
import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Fault;
import dev.sluice.schemas.wire.ModelEntry;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.NetworkFacts;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What models take as records, and what they may. Names of classes and columns come from files, so
 * they may be long; whether they can be stored is known before there is anything to store.
 */
public final class ModelRecord {
  /** Room for all versions of one name, in bytes: they are one record, and have to stay one. */
  public static final int ENTRY_BYTES_MAX = 4 * 1024 * 1024;

  /**
   * Room for one version, in bytes: the state of its job holds its network twice, as prepared and
   * as made, and is one record, too.
   */
  public static final int VERSION_BYTES_MAX = 3 * 1024 * 1024;

  /** Files, metrics and digests, which are known once a version is made. */
  private static final int UNKNOWN_YET_BYTES = 4 * 1024;

  private static final int KIBIBYTE = 1024;

  private static final Codec CODEC = Codec.builtIn();

  private ModelRecord() {}

  /** What the versions of a name take. */
  public static int bytes(ModelEntry entry) {
    return CODEC.encode(entry).length;
  }

  /** What a version of a network takes at most. */
  public static int bytes(NetworkFacts network) {
    var version =
        new ModelVersion("", 0, "", "", network, List.of(), List.of(), "", 0, "", 0, "", "");
    return bytes(new ModelEntry("", List.of(version), Map.of())) + UNKNOWN_YET_BYTES;
  }

  /** Why a version of a network can't be stored; empty where it can. */
  public static Optional<Cause> objection(NetworkFacts network) {
    int bytes = bytes(network);
    if (bytes <= VERSION_BYTES_MAX) {
      return Optional.empty();
    }
    return Optional.of(
        new Cause(
            Fault.NO_CAPACITY,
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
