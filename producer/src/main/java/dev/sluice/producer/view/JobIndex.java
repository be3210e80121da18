package dev.sluice.producer.view;

import dev.sluice.jobs.state.EndedJobIndex;
import dev.sluice.jobs.state.Job;
import dev.sluice.schemas.topics.StateKeys;
import dev.sluice.schemas.wire.EndedJob;
import dev.sluice.schemas.wire.EndedJobs;
import dev.sluice.schemas.wire.JobStatus;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Jobs in the orders in which they are asked for. Those that have not left are in trees; those that
 * have are in their records, and an {@link EndedOrder order} of them is made when it is asked for
 * first. After that the work of each answer follows from the length of the page and from what has
 * left since the one before, and not from the number of jobs. Not thread-safe.
 */
final class JobIndex {

  /** Most ids looked at for one page; a page that has fewer jobs than it might is continued. */
  static final int VISITS_MAX = 2_000;

  /** A place in the order of submission, or of the end. */
  private record Place(long ms, String jobId) {}

  private record Entry(String jobId, JobStatus status) {}

  private static final Comparator<Place> OLDEST_FIRST =
      Comparator.comparingLong(Place::ms).thenComparing(Place::jobId);
  private static final Comparator<Place> NEWEST_FIRST = OLDEST_FIRST.reversed();

  // Jobs that have not left.
  private final NavigableSet<Place> all = new TreeSet<>(NEWEST_FIRST);
  private final Map<JobStatus, NavigableSet<Place>> byStatus = new EnumMap<>(JobStatus.class);
  private final TreeMap<String, Job> byId = new TreeMap<>();
  private final NavigableSet<Place> finished = new TreeSet<>(OLDEST_FIRST);

  // Jobs that have left.
  private final EndedJobIndex left = new EndedJobIndex();
  private final EndedOrder leftAll = new EndedOrder(left, null, left::submittedMs, true);
  private final Map<JobStatus, EndedOrder> leftByStatus = new EnumMap<>(JobStatus.class);
  private final EndedOrder leftById =
      new EndedOrder(left, null, job -> beginning(left.id(job)), false);
  private final EndedOrder leftFinished = new EndedOrder(left, null, left::finishedMs, false);

  JobIndex() {
    for (var status : EndedJobs.ENDINGS) {
      leftByStatus.put(status, new EndedOrder(left, status, left::submittedMs, true));
    }
  }

  /** The first bytes of an id, which order most. */
  private static long beginning(ByteBuffer id) {
    long beginning = 0;
    for (int at = 0; at < Long.BYTES; at++) {
      beginning = (beginning << Byte.SIZE) | (at < id.limit() ? id.get(at) : 0);
    }
    return beginning;
  }

  private static long beginning(String jobId) {
    return beginning(ByteBuffer.wrap(jobId.getBytes(StandardCharsets.UTF_8)));
  }

  /** Whether there is a job of this id that has not left: then none that has. */
  boolean has(String jobId) {
    return byId.containsKey(jobId);
  }

  /** Takes a job over that has not left, in place of what was known of one of its id. */
  void put(Job job) {
    var before = byId.put(job.jobId(), job);
    if (before == null) {
      int earlier = left.find(job.jobId());
      if (earlier != EndedJobIndex.NONE) {
        left.forget(earlier);
      }
      left.watch(job.jobId());
    } else if (isAtSamePlaces(job, before)) {
      return;
    } else {
      removePlaces(before);
    }
    var place = new Place(job.submittedMs(), job.jobId());
    all.add(place);
    byStatus.computeIfAbsent(job.status(), status -> new TreeSet<>(NEWEST_FIRST)).add(place);
    if (JobsView.isTerminal(job.status())) {
      finished.add(new Place(job.finishedMs(), job.jobId()));
    }
  }

  private static boolean isAtSamePlaces(Job job, Job other) {
    return job.status() == other.status()
        && job.submittedMs() == other.submittedMs()
        && job.finishedMs() == other.finishedMs();
  }

  /**
   * Takes over which jobs have left, in place of what the record said before.
   *
   * @return at least those that were here
   */
  List<EndedJob> put(EndedJobs record) {
    var told = left.put(StateKeys.of(record), record);
    told.forEach(job -> remove(job.jobId()));
    return told;
  }

  /** Forgets a job that has not left. */
  void remove(String jobId) {
    var job = byId.remove(jobId);
    if (job != null) {
      removePlaces(job);
    }
  }

  private void removePlaces(Job job) {
    var place = new Place(job.submittedMs(), job.jobId());
    all.remove(place);
    byStatus.computeIfPresent(
        job.status(), (status, places) -> places.remove(place) && places.isEmpty() ? null : places);
    finished.remove(new Place(job.finishedMs(), job.jobId()));
  }

  /** Forgets which jobs have left, by the key of their record. */
  void removeEnded(String key) {
    left.remove(key);
  }

  /** A job that has left. */
  Optional<EndedJob> past(String jobId) {
    int job = left.find(jobId);
    return job == EndedJobIndex.NONE ? Optional.empty() : Optional.of(left.job(job));
  }

  /** Number of jobs by status, those with none left out. */
  Map<JobStatus, Integer> counts() {
    var counts = new EnumMap<JobStatus, Integer>(JobStatus.class);
    byStatus.forEach((status, places) -> counts.put(status, places.size()));
    for (var status : EndedJobs.ENDINGS) {
      if (left.count(status) > 0) {
        counts.merge(status, left.count(status), Integer::sum);
      }
    }
    return counts;
  }

  /** Ids of the jobs in a status that have not left, last submitted first. */
  List<String> in(JobStatus status) {
    var places = byStatus.get(status);
    return places == null ? List.of() : places.stream().map(Place::jobId).toList();
  }

  /** Whether more than so many jobs have finished. */
  boolean hasFinishedMoreThan(int max) {
    return finished.size() + left.sizeMax() > max && finished.size() + left.size() > max;
  }

  /** Forgets the job that finished first, of which there must be one; its id. */
  String removeFinishedFirst() {
    int job = leftFinished.first();
    if (job != EndedJobIndex.NONE) {
      var place = new Place(left.finishedMs(job), left.jobId(job));
      if (finished.isEmpty() || OLDEST_FIRST.compare(place, finished.first()) < 0) {
        left.forget(job);
        return place.jobId();
      }
    }
    var jobId = finished.first().jobId();
    remove(jobId);
    return jobId;
  }

  /**
   * Jobs by time of submission, the last first.
   *
   * @param status only these; null for all
   * @throws IllegalArgumentException where {@code after} isn't a {@code next}
   */
  JobsView.Page page(@Nullable JobStatus status, int limit, @Nullable String after) {
    var from = after == null ? null : place(after);
    var rest = merged(here(status, from), past(status, from), NEWEST_FIRST);
    var jobIds = new ArrayList<String>();
    Place last = null;
    while (rest.hasNext()) {
      var place = rest.next();
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
    var here = after == null ? byId.tailMap(prefix, true) : byId.tailMap(after, false);
    var rest =
        merged(
            here.values().stream().map(job -> new Entry(job.jobId(), job.status())).iterator(),
            (after == null
                    ? leftById.from(beginning(prefix), prefix)
                    : leftById.after(beginning(after), after))
                .mapToObj(job -> new Entry(left.jobId(job), left.status(job)))
                .iterator(),
            Comparator.comparing(Entry::jobId));
    var jobIds = new ArrayList<String>();
    int visits = 0;
    String last = null;
    while (rest.hasNext()) {
      var entry = rest.next();
      if (!entry.jobId().startsWith(prefix)) {
        break;
      }
      if (last != null && (jobIds.size() == limit || visits == VISITS_MAX)) {
        return new JobsView.Page(jobIds, last);
      }
      if (status == null || entry.status() == status) {
        jobIds.add(entry.jobId());
      }
      last = entry.jobId();
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

  private Iterator<Place> here(@Nullable JobStatus status, @Nullable Place after) {
    var places = status == null ? all : byStatus.get(status);
    if (places == null) {
      return Collections.emptyIterator();
    }
    return (after == null ? places : places.tailSet(after, false)).iterator();
  }

  private Iterator<Place> past(@Nullable JobStatus status, @Nullable Place after) {
    var order = status == null ? leftAll : leftByStatus.get(status);
    if (order == null) {
      return Collections.emptyIterator();
    }
    return (after == null ? order.all() : order.after(after.ms(), after.jobId()))
        .mapToObj(job -> new Place(left.submittedMs(job), left.jobId(job)))
        .iterator();
  }

  private static <T> Iterator<T> merged(Iterator<T> one, Iterator<T> other, Comparator<T> order) {
    return new Iterator<>() {
      private @Nullable T ofOne = nextOf(one);
      private @Nullable T ofOther = nextOf(other);

      private @Nullable T nextOf(Iterator<T> items) {
        return items.hasNext() ? items.next() : null;
      }

      @Override
      public boolean hasNext() {
        return ofOne != null || ofOther != null;
      }

      @Override
      public T next() {
        var first = ofOne;
        if (first == null || (ofOther != null && order.compare(ofOther, first) < 0)) {
          first = ofOther;
          ofOther = nextOf(other);
        } else {
          ofOne = nextOf(one);
        }
        if (first == null) {
          throw new NoSuchElementException();
        }
        return first;
      }
    };
  }
}
