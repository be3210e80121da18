package dev.sluice.schemas.codec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SchemaWaitTest {

  private static final long WAIT_MS = 30_000;
  private static final long FINGERPRINT = 7;

  /** On the brokers' clock, which has nothing to do with the one here. */
  private static final long APPENDED_MS = 1_700_000_000_000L;

  private final SchemaWait wait = new SchemaWait(WAIT_MS);

  @Test
  void aRecordWaitsForAsLongAsItsBoundAndNoLonger() {
    assertThat(wait.of(FINGERPRINT, APPENDED_MS, 0))
        .contains(new SchemaWait.Waiting(FINGERPRINT, APPENDED_MS, WAIT_MS));
    assertThat(wait.of(FINGERPRINT, APPENDED_MS, WAIT_MS - 1))
        .contains(new SchemaWait.Waiting(FINGERPRINT, APPENDED_MS, 1));
    assertThat(wait.of(FINGERPRINT, APPENDED_MS, WAIT_MS)).isEmpty();
  }

  @Test
  void aFingerprintIsWaitedForOnceHoweverManyRecordsHaveIt() {
    wait.of(FINGERPRINT, APPENDED_MS, 0);

    for (int record = 0; record < 1_000; record++) {
      assertThat(wait.of(FINGERPRINT, APPENDED_MS + record, WAIT_MS)).isEmpty();
    }
  }

  @Test
  void anOwnerThatTakesOverDoesNotWaitAnewWhereNewerRecordsStandBehindAnOldOne() {
    wait.heard(APPENDED_MS + WAIT_MS);

    assertThat(wait.of(FINGERPRINT, APPENDED_MS, 0)).isEmpty();
  }

  @Test
  void anOldRecordAtTheEndOfTheLogIsWaitedForAsItHoldsUpNothing() {
    assertThat(wait.of(FINGERPRINT, APPENDED_MS - 10 * WAIT_MS, 0)).isPresent();
  }

  @Test
  void fingerprintsThatComeOneAfterAnotherAreEachWaitedForFromTheirOwnRecordOn() {
    wait.of(1, APPENDED_MS, 0);

    // Behind the first for 20 s, and seen only now.
    wait.heard(APPENDED_MS + WAIT_MS);
    assertThat(wait.of(2, APPENDED_MS + 10_000, WAIT_MS))
        .contains(new SchemaWait.Waiting(2, APPENDED_MS + 10_000, 10_000));
  }

  @Test
  void fingerprintsThatAreInTheLogTogetherAreWaitedForTogether() {
    wait.heard(APPENDED_MS + 5);
    wait.of(1, APPENDED_MS, 0);

    assertThat(wait.of(2, APPENDED_MS + 5, WAIT_MS)).as("seen behind the first").isEmpty();
    assertThat(wait.of(3, APPENDED_MS + 6, WAIT_MS)).as("appended later").isPresent();
  }

  @Test
  void soManyFingerprintsAreNoReleasesAndNotWaitedFor() {
    for (long fingerprint = 0; fingerprint < SchemaWait.FINGERPRINTS_MAX; fingerprint++) {
      assertThat(wait.of(fingerprint, APPENDED_MS, 0)).isPresent();
    }
    assertThat(wait.of(-1, APPENDED_MS, 0)).isEmpty();

    // Those of an hour ago are forgotten.
    assertThat(wait.of(-1, APPENDED_MS + SchemaWait.KEPT_MS + 1, SchemaWait.KEPT_MS + 1))
        .isPresent();
  }
}
