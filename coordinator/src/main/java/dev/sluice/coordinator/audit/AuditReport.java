package dev.sluice.coordinator.audit;

import dev.sluice.fold.BlockFold;
import dev.sluice.schemas.codec.Digests;
import dev.sluice.schemas.wire.FoldStarted;
import dev.sluice.schemas.wire.ModelVersion;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What an audit found.
 *
 * @param version the version that was derived again
 * @param verdict whether its bits are those of the log
 * @param derived digest of the flat vector that the log gives; empty where it does not give one
 * @param parts what came out of each partition, in the order in which they were read
 * @param missing what it would take and is not there any more; empty but where the verdict is GONE
 */
public record AuditReport(
    ModelVersion version, Verdict verdict, String derived, List<Part> parts, List<String> missing) {

  public AuditReport {
    parts = List.copyOf(parts);
    missing = List.copyOf(missing);
  }

  /** Whether the bits of a version are those of the log. */
  public enum Verdict {
    /** They are. */
    MATCHES,
    /** They are not. */
    DIFFERS,
    /** The log no longer holds what it would take to know. */
    GONE
  }

  /** Judges what came out of all partitions that hold a block of the job. */
  public static AuditReport of(ModelVersion version, List<Part> parts) {
    var missing = parts.stream().flatMap(part -> missing(part).stream()).toList();
    if (!missing.isEmpty()) {
      return new AuditReport(version, Verdict.GONE, "", parts, missing);
    }
    var finals = new HashMap<Integer, ByteBuffer>();
    parts.forEach(part -> finals.putAll(part.finals()));
    var digest = Digests.sha256();
    for (int block = 0; block < finals.size(); block++) {
      digest.update(
          Objects.requireNonNull(finals.get(block), "blocks are consecutive").duplicate());
    }
    var derived = Digests.text(digest);
    var verdict = derived.equals(version.sha256()) ? Verdict.MATCHES : Verdict.DIFFERS;
    return new AuditReport(version, verdict, derived, parts, List.of());
  }

  /** The earliest generation that is recorded elsewhere with other bits. */
  public Optional<Difference> difference() {
    return parts.stream()
        .flatMap(part -> Stream.ofNullable(part.difference()))
        .min(Comparator.comparingLong(Difference::generation).thenComparingInt(Difference::block));
  }

  /** Generations that are recorded elsewhere, too, and were compared. */
  public long compared() {
    return parts.stream().mapToLong(Part::compared).sum();
  }

  private static List<String> missing(Part part) {
    var where = "Partition " + part.partition();
    var plan = part.plan();
    if (plan == null) {
      return List.of(
          where
              + " holds neither the beginning of the job nor an anchor of it"
              + (part.unusable() == 0
                  ? "."
                  : ", only " + part.unusable() + " contributions from its end."));
    }
    var missing = new ArrayList<String>();
    if (plan.foldVersion() != BlockFold.VERSION) {
      missing.add(
          String.format(
              Locale.ROOT,
              "%s was folded by version %d of the fold's arithmetic, and this program has %d.",
              where,
              plan.foldVersion(),
              BlockFold.VERSION));
    } else if (!part.whole()) {
      missing.add(unfinished(where, part, plan));
    }
    return missing;
  }

  private static String unfinished(String where, Part part, FoldStarted plan) {
    return String.format(
        Locale.ROOT,
        "%s leads to generation %d of %d only, with %d of %d blocks%s.",
        where,
        part.generation(),
        plan.steps(),
        part.finals().size(),
        part.blocks(),
        part.failure().isEmpty() ? "" : "; " + part.failure());
  }
}
