package dev.sluice.producer.artifact;

import dev.sluice.platform.artifact.StoredFile;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Which files go. A file that nobody uses and that was stored long ago is announced to go; when its
 * notice is up and nobody has named or stored it meanwhile, it is removed. Any number of producers
 * may do so at once: what they announce and remove is the same.
 *
 * @param retentionMs time after which a file that nobody uses may go
 * @param noticeMs time from the announcement to the removal
 */
public record Expiry(long retentionMs, long noticeMs) {

  /** Files that are announced, and removed, in one look. */
  static final int FILES_MAX = 1_000;

  /**
   * What to do.
   *
   * @param announce digests of files that are to be announced
   * @param remove files that are to be removed
   * @param nextMs when the next removal is due; {@link Long#MAX_VALUE}: none is announced
   */
  public record Steps(List<String> announce, List<StoredFile> remove, long nextMs) {}

  /**
   * Looks at all files.
   *
   * @param used digests of those that are used; asked for only where some file could go
   * @param nowMs the brokers' time
   */
  public Steps of(Collection<StoredFile> files, Supplier<Set<String>> used, long nowMs) {
    var due = files.stream().filter(file -> isDue(file, nowMs)).toList();
    var old =
        files.stream().filter(file -> isOld(file, nowMs) && !isAnnounced(file, nowMs)).toList();
    long next = Long.MAX_VALUE;
    for (var file : files) {
      var notice = file.notice();
      if (notice != null && notice.dueMs() > nowMs) {
        next = Math.min(next, notice.dueMs());
      }
    }
    if (due.isEmpty() && old.isEmpty()) {
      return new Steps(List.of(), List.of(), next);
    }
    var users = used.get();
    return new Steps(
        unused(old, users).map(StoredFile::digest).toList(), unused(due, users).toList(), next);
  }

  /** So many at once; those that are used must not stand before those that are not. */
  private static Stream<StoredFile> unused(List<StoredFile> files, Set<String> used) {
    return files.stream().filter(file -> !used.contains(file.digest())).limit(FILES_MAX);
  }

  private boolean isOld(StoredFile file, long nowMs) {
    return file.storedMs() < nowMs - retentionMs;
  }

  private static boolean isAnnounced(StoredFile file, long nowMs) {
    var notice = file.notice();
    return notice != null && !notice.isVoid(nowMs);
  }

  /** It may have been stored again just before it was announced. */
  private boolean isDue(StoredFile file, long nowMs) {
    var notice = file.notice();
    return notice != null && notice.isDue(nowMs) && (notice.asked() || isOld(file, nowMs));
  }
}
