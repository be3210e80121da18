package dev.sluice.schemas.problem;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Guesses which name somebody meant. */
public final class NearestName {
  /** Longer names are not compared, so that hostile input costs little. */
  private static final int COMPARED_CHARS_MAX = 64;

  /** Fewer characters are contained in nearly every name. */
  private static final int CONTAINED_CHARS_MIN = 2;

  /** Of shorter names, the beginning says too little. */
  private static final int BEGUN_CHARS_MIN = 6;

  /** More names would be a list and no help. */
  private static final int HINTS_MAX = 5;

  /** Shorter words are numbers and the like, which names share by chance. */
  private static final int WORD_CHARS_MIN = 3;

  private static final Pattern NO_LETTERS = Pattern.compile("[^\\p{L}\\p{N}]+");

  private NearestName() {}

  /**
   * The candidate with the smallest edit distance (Damerau) to the name, case apart; null if none
   * is near, which means within a third of the name's length and at least one edit.
   */
  public static @Nullable String of(String name, Collection<String> candidates) {
    if (name.length() > COMPARED_CHARS_MAX) {
      return null;
    }
    String wanted = name.toLowerCase(Locale.ROOT);
    int nearestEdits = Math.max(1, name.length() / 3) + 1;
    String nearest = null;
    for (String candidate : candidates) {
      if (Math.abs(candidate.length() - name.length()) >= nearestEdits) {
        continue;
      }
      int edits = edits(wanted, candidate.toLowerCase(Locale.ROOT));
      if (edits < nearestEdits) {
        nearestEdits = edits;
        nearest = candidate;
      }
    }
    return nearest;
  }

  /**
   * "Did you mean 'x'? " if a candidate is near, else nothing; to stand before a sentence that says
   * more.
   */
  public static String hint(String name, Collection<String> candidates) {
    String nearest = of(name, candidates);
    return nearest == null ? "" : "Did you mean '" + nearest + "'? ";
  }

  /**
   * "Did you mean 'x' or 'y'? " with the names that contain what was written, such as all that are
   * called h100 something, or, unless it was a slip of one key, that begin with nearly all of it;
   * else with the nearest name, or with those that share a word which few names have; nothing where
   * there is none. To stand before a sentence that says more.
   */
  public static String hints(String name, Collection<String> candidates) {
    String wanted = name.toLowerCase(Locale.ROOT);
    var meant = like(candidates, candidate -> candidate.contains(wanted), wanted);
    var nearest = of(name, candidates);
    boolean slip = nearest != null && edits(wanted, nearest.toLowerCase(Locale.ROOT)) == 1;
    if (meant.isEmpty() && !slip && wanted.length() >= BEGUN_CHARS_MIN) {
      var begun = wanted.substring(0, wanted.length() - Math.max(1, wanted.length() / 6));
      meant = like(candidates, candidate -> candidate.startsWith(begun), begun);
    }
    if (meant.isEmpty() && nearest == null) {
      meant = sharing(wanted, candidates);
    }
    return meant.isEmpty()
        ? hint(name, candidates)
        : meant.stream().collect(Collectors.joining("' or '", "Did you mean '", "'? "));
  }

  /**
   * Names with the word that fewest have, of those that were written: a product, not its vendor.
   */
  private static List<String> sharing(String wanted, Collection<String> candidates) {
    if (wanted.length() > COMPARED_CHARS_MAX) {
      return List.of();
    }
    return NO_LETTERS
        .splitAsStream(wanted)
        .filter(word -> word.length() >= WORD_CHARS_MIN)
        .map(
            word ->
                candidates.stream()
                    .filter(
                        name ->
                            List.of(NO_LETTERS.split(name.toLowerCase(Locale.ROOT))).contains(word))
                    .sorted()
                    .toList())
        .filter(names -> !names.isEmpty() && names.size() <= HINTS_MAX)
        .min(Comparator.comparingInt(List::size))
        .orElse(List.of());
  }

  private static List<String> like(
      Collection<String> candidates, Predicate<String> alike, String part) {
    return part.length() < CONTAINED_CHARS_MIN
        ? List.of()
        : candidates.stream()
            .filter(candidate -> alike.test(candidate.toLowerCase(Locale.ROOT)))
            .sorted()
            .limit(HINTS_MAX)
            .toList();
  }

  /** Optimal string alignment: insertions, deletions, substitutions, swaps of neighbours. */
  private static int edits(String a, String b) {
    int[][] edits = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      edits[i][0] = i;
    }
    for (int j = 0; j <= b.length(); j++) {
      edits[0][j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      for (int j = 1; j <= b.length(); j++) {
        boolean same = a.charAt(i - 1) == b.charAt(j - 1);
        int fewest = edits[i - 1][j - 1] + (same ? 0 : 1);
        fewest = Math.min(fewest, Math.min(edits[i - 1][j], edits[i][j - 1]) + 1);
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          fewest = Math.min(fewest, edits[i - 2][j - 2] + 1);
        }
        edits[i][j] = fewest;
      }
    }
    return edits[a.length()][b.length()];
  }
}
