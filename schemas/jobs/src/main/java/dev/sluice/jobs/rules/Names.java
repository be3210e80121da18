package dev.sluice.jobs.rules;

import java.util.Set;
import java.util.regex.Pattern;

/**
 * What users may call things. Names appear in topic names, URLs and file names, so their characters
 * are few.
 */
public final class Names {
  /**
   * The version reference that always means the newest version of a model; no alias may take it.
   */
  public static final String LATEST = "latest";

  /** The rule for models and tenants, as messages tell it. */
  public static final String MODEL_RULE =
      "1 to 64 letters, digits, dots, hyphens and underscores, beginning with a letter or digit";

  /** The rule for lanes, as messages tell it. */
  public static final String LANE_RULE =
      "1 to 64 lower-case letters, digits and hyphens, beginning with a letter or digit";

  /** The rule for aliases of model versions, as messages tell it. */
  public static final String ALIAS_RULE =
      "1 to 32 lower-case letters, digits and hyphens, beginning with a letter, and not 'latest'";

  /** The rule for job ids, as messages tell it. */
  public static final String JOB_ID_RULE =
      "1 to 128 letters, digits, dots, hyphens and underscores, beginning with a letter or digit,"
          + " and is neither 'lane' nor 'model'";

  /** The rule for worker ids, as messages tell it. */
  public static final String WORKER_RULE =
      "1 to 255 characters, none of them a space, a slash or a control character, beginning with a"
          + " letter or digit";

  /** Characters in a job's name, which is for people only. */
  public static final int JOB_NAME_CHARS_MAX = 200;

  private static final int JOB_ID_CHARS_MAX = 128;

  private static final Pattern MODEL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
  private static final Pattern JOB_ID =
      Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0," + (JOB_ID_CHARS_MAX - 1) + "}");

  /**
   * The ledger keeps lanes and models under {@code lane/NAME} and {@code model/NAME}, and parts of
   * a job under its id, a slash and a number or word.
   */
  private static final Set<String> NO_JOB_IDS = Set.of("lane", "model");

  private static final Pattern LANE = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}");
  private static final Pattern WORKER = Pattern.compile("[\\p{L}\\p{Nd}][^\\p{C}\\p{Z}/]{0,254}");
  private static final Pattern ALIAS = Pattern.compile("[a-z][a-z0-9-]{0,31}");
  private static final Pattern VERSION = Pattern.compile("[1-9][0-9]{0,8}");
  private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}");

  private Names() {}

  /** Whether a model may have this name. */
  public static boolean isModel(String name) {
    return MODEL.matcher(name).matches();
  }

  /** Whether a tenant may have this name. */
  public static boolean isTenant(String name) {
    return MODEL.matcher(name).matches();
  }

  /** Whether a job may have this id: those who write to the topic themselves choose their own. */
  public static boolean isJobId(String id) {
    return JOB_ID.matcher(id).matches() && !NO_JOB_IDS.contains(id);
  }

  /** A job id for a message: of what is too long for one, the beginning. */
  public static String shownJobId(String id) {
    return id.substring(0, Math.min(id.length(), JOB_ID_CHARS_MAX));
  }

  /** Whether a lane may have this name. */
  public static boolean isLane(String name) {
    return LANE.matcher(name).matches();
  }

  /** Whether a worker may have this id. What begins with a slash in its topic is none. */
  public static boolean isWorker(String id) {
    return WORKER.matcher(id).matches();
  }

  /** Whether an alias of a model version may have this name. */
  public static boolean isAlias(String name) {
    return ALIAS.matcher(name).matches() && !name.equals(LATEST);
  }

  /** Whether this refers to a version of a model: a number from 1, an alias, or latest. */
  public static boolean isVersion(String reference) {
    return VERSION.matcher(reference).matches() || ALIAS.matcher(reference).matches();
  }

  /** Whether this is the number of a version. */
  public static boolean isVersionNumber(String reference) {
    return VERSION.matcher(reference).matches();
  }

  /**
   * Whether this is a digest as the wire writes it: "sha256:" and 64 lower-case hexadecimal digits.
   */
  public static boolean isDigest(String text) {
    return DIGEST.matcher(text).matches();
  }

  /** Whether people can read this as a job's name: bounded, and without control characters. */
  public static boolean isJobName(String name) {
    return name.length() <= JOB_NAME_CHARS_MAX
        && name.codePoints()
            .noneMatch(c -> Character.isISOControl(c) || c == 0x2028 || c == 0x2029);
  }
}
