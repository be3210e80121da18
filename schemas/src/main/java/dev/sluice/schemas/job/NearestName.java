package dev.sluice.schemas.job;

import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Guesses which name somebody meant. */
public final class NearestName {
  /** Longer names are not compared, so that hostile input costs little. */
  private static final int COMPARED_CHARS_MAX = 64;

  private NearestName() {}

  /**
   * The candidate with the smallest edit distance (Levenshtein) to the name, case apart; null if
   * none is near, which means within a third of the name's length and at least one edit.
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

  private static int edits(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int substitution = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(substitution, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}
