package dev.sluice.schemas.job;

import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Fault;
import java.util.ArrayList;
import java.util.List;

/**
 * Everything that is wrong with one input, in the order it was found; remembers a bounded number
 * and counts the rest.
 */
public final class Problems {
  /** Problems kept word for word; of those beyond, only the number is told. */
  public static final int SHOWN_MAX = 20;

  /** Problems after which a reader of a long input may give up looking for more. */
  public static final int COUNTED_MAX = 10_000;

  /** Characters kept of each part of a problem. */
  public static final int TEXT_CHARS_MAX = 1_000;

  private final List<Cause> shown = new ArrayList<>();
  private int count;

  /**
   * Adds a problem in what the user gave us.
   *
   * @param where a path in a document or a place in a file; empty where there is no place
   * @param what what is wrong, in one sentence
   * @param why why it is wrong, in one sentence; may be empty
   * @param mend how to mend it, in one sentence
   */
  public void add(String where, String what, String why, String mend) {
    add(new Cause(Fault.BAD_INPUT, where, what, why, mend));
  }

  /** Adds a problem that was found elsewhere. */
  public void add(Cause cause) {
    count++;
    if (shown.size() < SHOWN_MAX) {
      shown.add(
          new Cause(
              cause.fault(),
              cut(cause.where()),
              cut(cause.what()),
              cut(cause.why()),
              cut(cause.mend())));
    }
  }

  /** Messages quote the input, and the input may be a megabyte without a blank. */
  private static String cut(String text) {
    return text.length() <= TEXT_CHARS_MAX ? text : text.substring(0, TEXT_CHARS_MAX) + "...";
  }

  /** Whether there is any problem. */
  public boolean any() {
    return count > 0;
  }

  /** Number of problems found, those included that are only counted. */
  public int count() {
    return count;
  }

  /**
   * At most {@link #SHOWN_MAX} problems, followed by one entry with the number of the others, if
   * there are others.
   */
  public List<Cause> list() {
    if (count <= shown.size()) {
      return List.copyOf(shown);
    }
    List<Cause> all = new ArrayList<>(shown);
    int rest = count - shown.size();
    all.add(
        new Cause(
            Fault.BAD_INPUT,
            "",
            "and "
                + (count >= COUNTED_MAX ? "at least " : "")
                + rest
                + " more"
                + (rest == 1 ? " problem." : " problems."),
            "The first " + SHOWN_MAX + " are listed.",
            "Mend these and try again; often the others have the same reason."));
    return List.copyOf(all);
  }
}
