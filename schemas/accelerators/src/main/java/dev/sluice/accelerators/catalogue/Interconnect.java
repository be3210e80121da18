package dev.sluice.accelerators.catalogue;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What joins several devices.
 *
 * @param kind such as {@code NVLink 4}; {@code none} where it is known that there is none; null:
 *     not published
 * @param totalGigabytesPerSecond all links of one device together; null: not published
 * @param unidirectionalGigabytesPerSecond the same in one direction; null: not published
 * @param perLinkGigabytesPerSecond one link, in one direction; null: not published
 * @param joins devices that such links join at most, as the largest system that is sold does;
 *     beyond them a network does; null: not published
 * @param direction what the total counts, such as {@code bidirectional total}; may be empty
 * @param evidence where the figures come from
 */
public record Interconnect(
    @Nullable String kind,
    @Nullable Double totalGigabytesPerSecond,
    @Nullable Double unidirectionalGigabytesPerSecond,
    @Nullable Double perLinkGigabytesPerSecond,
    @Nullable Integer joins,
    String direction,
    Evidence evidence) {

  /** Nothing is published. */
  public static final Interconnect UNKNOWN =
      new Interconnect(null, null, null, null, null, "", Evidence.NONE);

  /** What the total of an interconnect counts. */
  public enum Direction {
    BOTH_WAYS,
    ONE_WAY,
    /** The source doesn't say. */
    NOT_STATED;

    private List<String> names() {
      return switch (this) {
        case BOTH_WAYS -> List.of("bidirectional");
        case ONE_WAY -> List.of("unidirectional", "one-way");
        case NOT_STATED -> List.of("not stated");
      };
    }

    /** The direction whose word stands in a text; empty where none does. */
    static Optional<Direction> of(String text) {
      return Arrays.stream(values())
          .filter(direction -> direction.names().stream().anyMatch(text::contains))
          .findFirst();
    }

    static List<String> words() {
      return Arrays.stream(values()).flatMap(direction -> direction.names().stream()).toList();
    }
  }

  /** What the total counts; not stated where nothing is said. */
  public Direction counted() {
    return Direction.of(direction).orElse(Direction.NOT_STATED);
  }

  /** The kind of a device of which it is known that nothing joins it to others. */
  public static final String NONE = "none";

  public Interconnect {
    Figure.LINK_RATE.checked(totalGigabytesPerSecond);
    Figure.LINK_RATE.checked(unidirectionalGigabytesPerSecond);
    Figure.LINK_RATE.checked(perLinkGigabytesPerSecond);
    if (joins != null && joins < 2) {
      throw new IllegalArgumentException("A link joins at least two devices, not " + joins + ".");
    }
  }

  /** Whether it is known that there is none; devices may still reach each other over PCIe. */
  public boolean isNone() {
    return NONE.equals(kind);
  }
}
