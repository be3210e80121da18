package dev.sluice.schemas.topics;

/**
 * A key of {@code sluice.gradients} or {@code sluice.parameters}, in its parts: {@link
 * Topic#blockKey} or {@link Topic#foldedKey}.
 *
 * @param jobId job
 * @param block block; -1: the key has no number where one belongs
 * @param part what follows: nothing, or what a {@link Topic#foldedKey} has
 */
public record BlockKey(String jobId, int block, String part) {

  private static final int NONE = -1;

  /** Takes a key apart; one that is none of these names no block of any job. */
  public static BlockKey of(String key) {
    int slash = key.indexOf('/');
    if (slash < 0) {
      return new BlockKey(key, NONE, "");
    }
    int end = key.indexOf('/', slash + 1);
    int to = end < 0 ? key.length() : end;
    return new BlockKey(
        key.substring(0, slash), number(key.substring(slash + 1, to)), key.substring(to));
  }

  private static int number(String text) {
    try {
      return text.isEmpty() || !Character.isDigit(text.charAt(0)) ? NONE : Integer.parseInt(text);
    } catch (NumberFormatException e) {
      return NONE;
    }
  }

  /** Whether it is that of a block itself. */
  public boolean isParameters() {
    return part.isEmpty();
  }

  /** Whether it is that of the state of a block's fold, and not of one of its vectors. */
  public boolean isState() {
    return part.equals(Topic.FOLDED);
  }
}
