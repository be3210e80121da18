package dev.sluice.schemas.topics;

import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.FactDigests;
import dev.sluice.schemas.wire.JobFact;
import dev.sluice.schemas.wire.JobFacts;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.LaneVerdicts;
import dev.sluice.schemas.wire.MadeModel;
import dev.sluice.schemas.wire.ResolvedModel;
import dev.sluice.schemas.wire.TrainingPlan;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The facts of a job, each under a key of its own in {@link Topic#JOB_FACTS}. */
public enum FactPart {
  /** What was asked for. */
  SPEC,
  /** The verdicts of lanes. */
  VERDICTS,
  /** What was found out: a model version, or data and network. */
  FOUND,
  /** The model that was made. */
  MADE,
  /** Why it failed, was refused, is held or was cancelled. */
  CAUSE;

  /** Which of them a fact is. */
  public static FactPart of(JobFact fact) {
    return switch (fact) {
      case JobSpec spec -> SPEC;
      case LaneVerdicts verdicts -> VERDICTS;
      case ResolvedModel resolved -> FOUND;
      case TrainingPlan plan -> FOUND;
      case MadeModel made -> MADE;
      case Cause cause -> CAUSE;
    };
  }

  /** Which of them stands under a key; empty where none does. */
  public static Optional<FactPart> at(String key) {
    int slash = key.indexOf('/');
    return Arrays.stream(values())
        .filter(part -> slash > 0 && key.substring(slash + 1).equals(part.word()))
        .findFirst();
  }

  /** The job that a key is about. */
  public static String jobId(String key) {
    int slash = key.indexOf('/');
    return slash < 0 ? key : key.substring(0, slash);
  }

  /** Key of a record. */
  public static String key(JobFacts facts) {
    return of(facts.fact()).key(facts.jobId());
  }

  /** Its key for a job. */
  public String key(String jobId) {
    return jobId + "/" + word();
  }

  /** The digest by which a state refers to it; 0 where there is none. */
  public long in(FactDigests digests) {
    return switch (this) {
      case SPEC -> digests.spec();
      case VERDICTS -> digests.verdicts();
      case FOUND -> digests.found();
      case MADE -> digests.made();
      case CAUSE -> digests.cause();
    };
  }

  private String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
