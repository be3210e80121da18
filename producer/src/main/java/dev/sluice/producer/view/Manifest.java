package dev.sluice.producer.view;

import dev.sluice.schemas.wire.ManifestChunk;
import dev.sluice.schemas.wire.Measured;
import dev.sluice.schemas.wire.ResultRange;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Where the results of an inference job lie: one range of records for every range of rows.
 *
 * @param chunks the manifest's pieces by number
 */
public record Manifest(SortedMap<Integer, ManifestChunk> chunks) {

  /** Nothing is reported. */
  public static final Manifest EMPTY = new Manifest(new TreeMap<>());

  public Manifest {
    chunks = Collections.unmodifiableSortedMap(new TreeMap<>(chunks));
  }

  /** The same with one piece more. */
  public Manifest with(ManifestChunk chunk) {
    var more = new TreeMap<>(chunks);
    more.put(chunk.chunk(), chunk);
    return new Manifest(more);
  }

  Manifest without(int chunk) {
    var fewer = new TreeMap<>(chunks);
    fewer.remove(chunk);
    return new Manifest(fewer);
  }

  /** Whether nothing is reported. */
  public boolean isEmpty() {
    return chunks.isEmpty();
  }

  /** All ranges in row order. */
  public List<ResultRange> ranges() {
    return chunks.values().stream()
        .flatMap(chunk -> chunk.ranges().stream())
        .sorted(Comparator.comparingLong(ResultRange::rowFrom))
        .toList();
  }

  /** What the answers add up to. */
  public Measured measured() {
    return chunks.values().stream()
        .map(ManifestChunk::measured)
        .reduce(Measured.NOTHING, Measured::plus);
  }

  /** Whether every row in [0, rows) stands in exactly one range. */
  public boolean covers(long rows) {
    long next = 0;
    for (var range : ranges()) {
      if (range.rowFrom() != next || range.rowTo() <= next) {
        return false;
      }
      next = range.rowTo();
    }
    return next == rows;
  }
}
