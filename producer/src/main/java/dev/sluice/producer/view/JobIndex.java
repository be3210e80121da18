package dev.sluice.producer.view;

import dev.sluice.jobs.state.Job;
import dev.sluice.schemas.wire.EndedJob;
import dev.sluice.schemas.wire.JobStatus;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Jobs in the orders in which they are asked for. The work of each answer follows from the length
 * of the page and not from the number of jobs. Not thread-safe.
 */
final class JobIndex {

  /** Most ids looked at for one page; a page that has fewer jobs than it might is continued. */
  static final int VISITS_MAX = 2_000;

  /**
   * What is to be known of every job that there is.
   *
   * @param jobId job id
   * @param status where it stands
   * @param submittedMs when it was submitted
   * @param finishedMs when it ended; 0: it has not
   * @param leftMs when it left the states for the history; 0: it has not
   */
  record Entry(String jobId, JobStatus status, long submittedMs, long finishedMs, long leftMs) {

    boolean left() {
      return leftMs > 0;
    }

    static Entry of(Job job) {
      return new Entry(job.jobId(), job.status(), job.submittedMs(), job.finishedMs(), 0);
    }

    static Entry of(EndedJob job) {
      return new Entry(
          job.jobId(), job.status(), job.submittedMs(), job.finishedMs(), job.leftMs());
    }
  }

  /** A place in the order of submission, or of the end. */
  private record Place(long ms, String jobId) {}

  private static final Comparator<Place> OLDEST_FIRST =
      Comparator.comparingLong(Place::ms).thenComparing(Place::jobId);

  private final NavigableSet<Place> all = new TreeSet<>(OLDEST_FIRST.reversed());
  private final Map<JobStatus, NavigableSet<Place>> byStatus = new EnumMap<>(JobStatus.class);
  private final TreeMap<String, Entry> byId = new TreeMap<>();
  private final NavigableSet<Place> finished = new TreeSet<>(OLDEST_FIRST);

  /** Takes a job over, in place of what was known of it. */
  void put(Entry entry) {
    var before = byId.put(entry.jobId(), entry);
    if (entry.equals(before)) {
      return;
    }
    if (before != null) {
      removePlaces(before);
    }
    var place = new Place(entry.submittedMs(), entry.jobId());
    all.add(place);
    byStatus
        .computeIfAbsent(entry.status(), status -> new TreeSet<>(OLDEST_FIRST.reversed()))
        .add(place);
    if (JobsView.isTerminal(entry.status())) {
      finished.add(new Place(entry.finishedMs(), entry.jobId()));
    }
  }

  void remove(String jobId) {
    var entry = byId.remove(jobId);
    if (entry != null) {
      removePlaces(entry);
    }
  }

  private void removePlaces(Entry entry) {
    var place = new Place(entry.submittedMs(), entry.jobId());
    all.remove(place);
    byStatus.computeIfPresent(
        entry.status(),
        (status, places) -> places.remove(place) && places.isEmpty() ? null : places);
    finished.remove(new Place(entry.finishedMs(), entry.jobId()));
  }

  /** What is known of a job. */
  Optional<Entry> entry(String jobId) {
    return Optional.ofNullable(byId.get(jobId));
  }

  /** Number of jobs by status, those with none left out. */
  Map<JobStatus, Integer> counts() {
    var counts = new EnumMap<JobStatus, Integer>(JobStatus.class);
    byStatus.forEach((status, places) -> counts.put(status, places.size()));
    return counts;
  }

  /** Ids of the jobs in a status, last submitted first. */
  List<String> in(JobStatus status) {
    var places = byStatus.get(status);
    return places == null ? List.of() : places.stream().map(Place::jobId).toList();
  }

  /** The job that finished first, where more than so many have. */
  Optional<String> finishedFirstBeyond(int max) {
    return finished.size() > max ? Optional.of(finished.first().jobId()) : Optional.empty();
  }

  /**
   * Jobs by time of submission, the last first.
   *
   * @param status only these; null for all
   * @throws IllegalArgumentException where {@code after} isn't a {@code next}
   */
  JobsView.Page page(@Nullable JobStatus status, int limit, @Nullable String after) {
    var places = status == null ? all : byStatus.get(status);
    if (places == null) {
      return new JobsView.Page(List.of(), null);
    }
    var rest = after == null ? places : places.tailSet(place(after), false);
    var jobIds = new ArrayList<String>();
    Place last = null;
    for (var place : rest) {
      if (jobIds.size() == limit && last != null) {
        return new JobsView.Page(jobIds, last.ms() + "." + last.jobId());
      }
      jobIds.add(place.jobId());
      last = place;
    }
    return new JobsView.Page(jobIds, null);
  }

  /**
   * Jobs by id, of those that begin so. An id that is given as a whole comes first.
   *
   * @param status only these; null for all
   * @throws IllegalArgumentException where {@code after} isn't a {@code next}
   */
  JobsView.Page pageOf(
      String prefix, @Nullable JobStatus status, int limit, @Nullable String after) {
    if (after != null && !after.startsWith(prefix)) {
      throw new IllegalArgumentException("not the 'next' of a page: " + after);
    }
    var rest = after == null ? byId.tailMap(prefix, true) : byId.tailMap(after, false);
    var jobIds = new ArrayList<String>();
    int visits = 0;
    String last = null;
    for (var entry : rest.entrySet()) {
      if (!entry.getKey().startsWith(prefix)) {
        break;
      }
      if (last != null && (jobIds.size() == limit || visits == VISITS_MAX)) {
        return new JobsView.Page(jobIds, last);
      }
      if (status == null || entry.getValue().status() == status) {
        jobIds.add(entry.getKey());
      }
      last = entry.getKey();
      visits++;
    }
    return new JobsView.Page(jobIds, null);
  }

  private static Place place(String after) {
    int dot = after.indexOf('.');
    if (dot < 1) {
      throw new IllegalArgumentException("not the 'next' of a page: " + after);
    }
    // Long.parseLong's own exception is an IllegalArgumentException too.
    return new Place(Long.parseLong(after.substring(0, dot)), after.substring(dot + 1));
  }
}
