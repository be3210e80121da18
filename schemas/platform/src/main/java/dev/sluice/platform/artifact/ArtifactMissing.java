package dev.sluice.platform.artifact;

import dev.sluice.schemas.wire.Cause;
import dev.sluice.schemas.wire.Code;

/** A digest that no stored file has. */
public final class ArtifactMissing extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Cause cause;

  ArtifactMissing(String digest, String why) {
    super("Artifact " + digest + " can't be read: " + why);
    cause =
        new Cause(
            Code.ARTIFACT_MISSING,
            digest,
            "Artifact " + digest + " can't be read.",
            why,
            "Upload the file with PUT /v1/artifacts, or submit the job with `sluice submit`, and"
                + " use the digest that it gives.");
  }

  /** What is wrong, why, and how to mend it. */
  public Cause problem() {
    return cause;
  }
}
