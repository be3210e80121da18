package dev.sluice.jobs.state;

import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Digests;
import dev.sluice.schemas.wire.JobFact;
import dev.sluice.schemas.wire.JobFacts;
import java.nio.ByteBuffer;

/** By what a fact is referred to. */
final class Digest {

  private static final Codec CODEC = Codec.builtIn();

  private Digest() {}

  /** Never 0, which stands for no fact. */
  static long of(JobFact fact) {
    var alone = CODEC.encode(new JobFacts("", 0, 0, fact));
    long digest = ByteBuffer.wrap(Digests.sha256().digest(alone)).getLong();
    return digest == 0 ? 1 : digest;
  }
}
