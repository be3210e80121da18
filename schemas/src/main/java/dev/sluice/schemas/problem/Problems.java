package dev.sluice.schemas.problem;

import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Everything that is wrong with one input, in the order it was found. Problems that are alike are
 * told once, with their number and the first places; of kinds, too, a bounded number is remembered,
 * and the rest is counted.
 */
public final class Problems {
  /** Kinds of problems kept word for word; of those beyond, only the number is told. */
  public static final int SHOWN_MAX = 20;

  /** Problems after which a reader of a long input may give up looking for more. */
  public static final int COUNTED_MAX = 10_000;

  /** Characters kept of each part of a problem. */
  public static final int TEXT_CHARS_MAX = 1_000;

  /** Further places that are told of problems that are alike. */
  private static final int PLACES_MAX = 2;

  /** The place of a problem that the input has as a whole. */
  public static final String WHOLE = "the document";

  private static final Pattern FIELD_END = Pattern.compile("[.\\[]");

  private final Map<Kind, Alike> shown = new LinkedHashMap<>();
  private final Set<String> fields = new HashSet<>();
  private int count;
  private int rest;

  private record Kind(Code code, String name, String why, String mend) {}

  /** Problems that are alike: the first, and where others are. */
  private static final class Alike {
    private final Cause first;
    private final List<String> places = new ArrayList<>();
    private int count = 1;

    Alike(Cause first) {
      this.first = first;
    }

    void add(String where) {
      count++;
      if (places.size() < PLACES_MAX) {
        places.add(where);
      }
    }

    Cause told() {
      if (count == 1) {
        return first;
      }
      var others = places.stream().filter(place -> !place.isEmpty()).toList();
      return new Cause(
          first.code(),
          first.where(),
          first.what()
              + " It is the first of "
              + (count >= COUNTED_MAX ? "at least " : "")
              + count
              + " alike"
              + (others.isEmpty() ? "" : "; the next: " + String.join("; ", others))
              + ".",
          first.why(),
          first.mend());
    }
  }

  /**
   * Adds a problem in what the user gave us.
   *
   * @param code what kind of problem it is
   * @param where a path in a document or a place in a file; empty where there is no place
   * @param what what is wrong, in one sentence
   * @param why why it is wrong, in one sentence; may be empty
   * @param mend how to mend it, in one sentence
   */
  public void add(Code code, String where, String what, String why, String mend) {
    add(new Cause(code, where, what, why, mend));
  }

  /** Adds a problem that was found elsewhere; it is like others that differ from it in place. */
  public void add(Cause cause) {
    add(cause.what(), cause);
  }

  /**
   * Adds a problem that is like others of its kind, though the sentences about them differ.
   *
   * @param kind the same for all that are alike
   */
  public void add(String kind, Cause cause) {
    count++;
    fields.add(FIELD_END.split(cause.where(), 2)[0]);
    var key = new Kind(cause.code(), cut(kind), cut(cause.why()), cut(cause.mend()));
    var alike = shown.get(key);
    if (alike != null) {
      alike.add(cut(cause.where()));
    } else if (shown.size() < SHOWN_MAX) {
      var first =
          new Cause(cause.code(), cut(cause.where()), cut(cause.what()), key.why(), key.mend());
      shown.put(key, new Alike(first));
    } else {
      rest++;
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

  /** The outermost fields of a document that have problems: {@code model} of model.layers[2]. */
  public Set<String> fields() {
    return Set.copyOf(fields);
  }

  /**
   * One problem of each kind, at most {@link #SHOWN_MAX}, followed by one entry with the number of
   * the problems of other kinds, if there are others.
   */
  public List<Cause> list() {
    var all = new ArrayList<Cause>();
    shown.values().forEach(alike -> all.add(alike.told()));
    if (rest > 0) {
      all.add(
          new Cause(
              Code.SEVERAL,
              "",
              "and "
                  + (count >= COUNTED_MAX ? "at least " : "")
                  + rest
                  + " more"
                  + (rest == 1 ? " problem." : " problems."),
              "The first " + SHOWN_MAX + " are listed.",
              "Mend these and try again; often the others have the same reason."));
    }
    return List.copyOf(all);
  }

  /** What several problems are when they are told as one: what all of them are, or several. */
  public static Code code(List<Cause> all) {
    var codes = all.stream().map(Cause::code).distinct().toList();
    return codes.size() == 1 ? codes.getFirst() : Code.SEVERAL;
  }

  /** "There is a problem" or "There are 3 problems", for what {@link #list} gave. */
  public static String heading(List<Cause> list) {
    if (list.size() == 1) {
      return "There is a problem";
    }
    return list.size() > SHOWN_MAX
        ? "There are more than " + SHOWN_MAX + " problems"
        : "There are " + list.size() + " problems";
  }
}
