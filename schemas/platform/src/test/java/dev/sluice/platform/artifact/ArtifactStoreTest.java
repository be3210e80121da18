package dev.sluice.platform.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.schemas.codec.Codec;
import dev.sluice.schemas.codec.Digests;
import dev.sluice.schemas.wire.ArtifactChunk;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.kafka.common.KafkaException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ArtifactStoreTest {

  private static final int MIB = 1024 * 1024;
  private static final long STORE_BYTES = 40L * MIB;
  private static final long NOTICE_MS = 1_000;

  @TempDir Path dir;

  private final MemoryPieceLog log = new MemoryPieceLog();
  private final List<String> passedOver = new ArrayList<>();
  private final Codec codec = Codec.builtIn();
  private final ArtifactStore store =
      new ArtifactStore(
          log, codec, (record, unread) -> passedOver.add(unread.why()), () -> {}, STORE_BYTES);

  @AfterEach
  void close() {
    store.close();
  }

  @Test
  void aFileIsReadAsItWasStoredAndOfOneThatIsThereOnePieceIsStoredAgain() throws Exception {
    for (int bytes : List.of(0, 1, MIB, 5 * MIB + 7)) {
      var file = random(bytes);
      var path = Files.write(dir.resolve("file"), file);

      var digest = store.put(path);
      int records = log.keys().size();

      assertThat(digest).isEqualTo(Digests.sha256(file));
      assertThat(store.put(file)).isEqualTo(digest);
      assertThat(log.keys()).hasSize(records + 1).last().isEqualTo(digest + "/0");
      assertThat(store.get(digest)).isEqualTo(file);
      assertThat(copied(digest)).isEqualTo(file);
    }
  }

  @Test
  void whileAFileIsOnItsWayInOthersAreFoundReadAndStored() throws Exception {
    var there = store.put(random(3 * MIB));
    var hold = new CompletableFuture<Void>();
    log.confirmed = hold;
    log.unconfirmed.set(0);
    var large = CompletableFuture.supplyAsync(() -> store.put(random(20 * MIB)));
    await(() -> log.unconfirmed.get() >= 4);

    log.confirmed = CompletableFuture.completedFuture(null);
    assertThat(store.has(there)).isTrue();
    assertThat(copied(there)).hasSize(3 * MIB);
    assertThat(store.has(store.put(random(2 * MIB + 1)))).isTrue();
    assertThat(large).isNotDone();
    assertThat(log.unconfirmed.get()).as("4 of the large file, 3 of the other").isEqualTo(4 + 3);

    hold.complete(null);
    assertThat(store.has(large.get())).isTrue();
  }

  @Test
  void whileAReaderStandsStillOthersAreServed() throws Exception {
    var digest = store.put(random(3 * MIB));
    var stands = new CountDownLatch(1);
    var goesOn = new CountDownLatch(1);
    var slow =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return store.copy(digest, standingStill(stands, goesOn));
              } catch (ArtifactMissing | IOException e) {
                throw new IllegalStateException(e);
              }
            });
    stands.await();

    assertThat(store.has(digest)).isTrue();
    assertThat(copied(digest)).hasSize(3 * MIB);
    assertThat(store.get(store.put(random(MIB)))).hasSize(MIB);

    goesOn.countDown();
    assertThat(slow.get()).isTrue();
    assertThat(log.open.get()).as("readers that stay open").isLessThanOrEqualTo(2);
  }

  @Test
  void aFileOfWhichTheRestNeverCameIsMissingUntilItIsStoredAgain() throws Exception {
    var file = random(3 * MIB);
    var digest = Digests.sha256(file);
    log.write(digest + "/0", piece(digest, 0, 3, file.length, new byte[MIB]));
    assertThat(store.has(digest)).isFalse();
    assertThat(store.copy(digest, OutputStream.nullOutputStream())).isFalse();

    store.put(file);

    assertThat(copied(digest)).isEqualTo(file);
  }

  @Test
  void aFileWithOtherBytesIsNotGivenAndMissingUntilItIsStoredAgain() throws Exception {
    var file = random(2 * MIB);
    var digest = store.put(file);
    log.write(digest + "/1", piece(digest, 1, 2, file.length, new byte[MIB]));

    assertThatThrownBy(() -> store.get(digest))
        .isInstanceOf(ArtifactMissing.class)
        .hasMessageContaining("another digest");
    assertThat(store.has(digest)).isFalse();

    store.put(file);
    assertThat(copied(digest)).isEqualTo(file);
  }

  @Test
  void whatIsNoPieceHidesNone() throws Exception {
    var file = random(2 * MIB);
    var digest = store.put(file);
    log.write(digest + "/0", new byte[] {1, 2, 3});
    log.write(digest + "/1", piece(digest, 0, 2, file.length, new byte[MIB]));
    log.write(digest + "/x", piece(digest, 0, 2, file.length, new byte[MIB]));
    log.write("nothing", new byte[] {1});

    assertThat(copied(digest)).isEqualTo(file);
    assertThat(passedOver).hasSize(3);
  }

  @Test
  void piecesNeedNotStandInOrder() throws Exception {
    var file = random(5 * MIB);
    var digest = store.put(file);
    for (int chunk : List.of(0, 3, 1)) {
      var payload = Arrays.copyOfRange(file, chunk * MIB, (chunk + 1) * MIB);
      log.write(digest + "/" + chunk, piece(digest, chunk, 5, file.length, payload));
      log.compact(chunk);
    }

    assertThat(copied(digest)).isEqualTo(file);
    assertThat(store.get(digest)).isEqualTo(file);
  }

  @Test
  void aFileThatWasDeletedIsMissing() {
    var digest = store.put(random(2 * MIB));
    log.write(digest + "/0", new byte[0]);
    assertThat(store.has(digest)).isFalse();
    log.write(digest + "/1", new byte[0]);
    assertThat(store.has(digest)).isFalse();
  }

  @Test
  void aFileThatGoesIsKeptByWhoeverNamesOrStoresItInTime() {
    for (boolean stored : List.of(false, true)) {
      var file = random(2 * MIB + (stored ? 1 : 0));
      var digest = store.put(file);
      var notice = store.announce(digest, NOTICE_MS, false);
      log.nowMs = notice.announcedMs() + NOTICE_MS / 2;
      assertThat(notices(digest)).hasSize(1);
      if (stored) {
        store.put(file);
      } else {
        assertThat(store.keep(digest)).isEqualTo(ArtifactStore.Kept.YES);
      }
      assertThat(notices(digest)).isEmpty();
      assertThat(store.has(digest)).isTrue();
    }
  }

  @Test
  void onAFileThatIsAboutToBeRemovedNobodyRelies() throws Exception {
    var file = random(2 * MIB);
    var digest = store.put(file);
    var notice = store.announce(digest, NOTICE_MS, false);
    log.nowMs = notice.dueMs() - 1;
    assertThat(store.keep(digest)).isEqualTo(ArtifactStore.Kept.GOING);
    assertThat(notices(digest)).as("who came too late has not kept it").hasSize(1);

    log.nowMs = notice.dueMs();
    store.remove(digest);
    assertThat(store.keep(digest)).isEqualTo(ArtifactStore.Kept.MISSING);
    assertThat(notices(digest)).isEmpty();
    log.nowMs = notice.voidMs();
    store.put(file);
    assertThat(copied(digest)).isEqualTo(file);
  }

  @Test
  void whoeverStoresAFileThatIsAboutToBeRemovedWaitsUntilNothingRemovesIt() throws Exception {
    var file = random(2 * MIB);
    var digest = store.put(file);
    var notice = store.announce(digest, NOTICE_MS, false);
    log.nowMs = notice.dueMs() - 1;
    int before = log.keys().size();
    var put = CompletableFuture.supplyAsync(() -> store.put(file));
    await(() -> log.keys().size() > before);
    store.remove(digest);
    log.nowMs = notice.voidMs();

    assertThat(put.get()).isEqualTo(digest);
    assertThat(copied(digest)).isEqualTo(file);
  }

  @Test
  void whoeverStoresAFileOfWhichAPartIsAboutToBeRemovedWaitsUntilNothingRemovesIt()
      throws Exception {
    var file = random(3 * MIB);
    var digest = halfStored(file);
    var notice = store.announce(digest, NOTICE_MS, false);
    assertThat(store.files()).hasSize(1);
    log.nowMs = notice.dueMs() - 1;
    int before = log.keys().size();
    var put = CompletableFuture.supplyAsync(() -> store.put(file));
    await(() -> log.keys().size() > before);
    store.remove(digest);
    log.nowMs = notice.voidMs();

    assertThat(put.get()).isEqualTo(digest);
    assertThat(copied(digest)).isEqualTo(file);
  }

  @Test
  void aFileOfWhichAPartGoesIsKeptByWhoeverStoresItInTime() throws Exception {
    var file = random(3 * MIB);
    var digest = halfStored(file);
    var notice = store.announce(digest, NOTICE_MS, false);
    log.nowMs = notice.announcedMs() + NOTICE_MS / 2;

    store.put(file);

    assertThat(notices(digest)).isEmpty();
    assertThat(copied(digest)).isEqualTo(file);
  }

  @Test
  void whoeverStoresAFileThatWasJustRemovedWaitsForOthersThatRemoveIt() throws Exception {
    var file = random(2 * MIB);
    var digest = store.put(file);
    var notice = store.announce(digest, NOTICE_MS, false);
    try (var other = new ArtifactStore(log, codec, (record, unread) -> {}, () -> {}, STORE_BYTES)) {
      assertThat(store.files()).hasSize(1);
      assertThat(other.files()).as("the other removes it as well").hasSize(1);
      log.nowMs = notice.dueMs();
      store.remove(digest);
      assertThat(store.has(digest)).isFalse();
      int before = log.keys().size();
      var put = CompletableFuture.supplyAsync(() -> store.put(file));
      await(() -> log.keys().size() > before);
      other.remove(digest);
      log.nowMs = notice.voidMs();

      assertThat(put.get()).isEqualTo(digest);
      assertThat(copied(digest)).isEqualTo(file);
    }
  }

  @Test
  void aNoticeThatNobodyFollowedIsVoid() {
    var digest = store.put(random(MIB));
    var notice = store.announce(digest, NOTICE_MS, false);
    log.nowMs = notice.voidMs();
    assertThat(store.keep(digest)).isEqualTo(ArtifactStore.Kept.YES);
    assertThat(notices(digest)).isEmpty();
  }

  @Test
  void aFullStoreTakesNoFurtherFileUntilSomeAreRemoved() {
    var first = store.put(random(30 * MIB));
    assertThat(store.files()).extracting(StoredFile::bytes).containsExactly(30L * MIB);
    assertThatThrownBy(() -> store.put(random(11 * MIB)))
        .isInstanceOf(StoreFull.class)
        .hasMessageContaining("31,457,280 of 41,943,040 bytes");
    store.put(random(10 * MIB));
    assertThat(store.put(random(30 * MIB))).as("it is there").isEqualTo(first);
    assertThat(store.files()).hasSize(2);
    assertThat(store.isFull()).isTrue();

    store.remove(first);
    assertThat(store.files()).hasSize(1);
    assertThat(store.bytes()).isEqualTo(10L * MIB);
    assertThat(store.isFull()).isFalse();
  }

  private List<Notice> notices(String digest) {
    return store.files().stream()
        .filter(file -> file.digest().equals(digest))
        .flatMap(file -> Stream.ofNullable(file.notice()))
        .toList();
  }

  @Test
  void whatTheBrokersDoNotTakeIsSaid() {
    log.away = true;
    assertThatThrownBy(() -> store.put(random(10)))
        .isInstanceOf(KafkaException.class)
        .hasMessageContaining("not stored");
    log.away = false;
    assertThat(store.has(store.put(random(10)))).isTrue();
  }

  // --------------------------------------------------------------------------------------- helpers

  private byte[] copied(String digest) throws Exception {
    var out = new ByteArrayOutputStream();
    assertThat(store.copy(digest, out)).isTrue();
    return out.toByteArray();
  }

  private static OutputStream standingStill(CountDownLatch stands, CountDownLatch goesOn) {
    return new OutputStream() {
      @Override
      public void write(int b) {
        throw new AssertionError("pieces are written as a whole");
      }

      @Override
      public void write(byte[] bytes, int from, int length) throws IOException {
        stands.countDown();
        try {
          goesOn.await();
        } catch (InterruptedException e) {
          throw new IOException(e);
        }
      }
    };
  }

  /** Two pieces of three. */
  private String halfStored(byte[] file) {
    var digest = Digests.sha256(file);
    for (int chunk = 0; chunk < 2; chunk++) {
      var payload = Arrays.copyOfRange(file, chunk * MIB, (chunk + 1) * MIB);
      log.write(digest + "/" + chunk, piece(digest, chunk, 3, file.length, payload));
    }
    return digest;
  }

  private byte[] piece(String digest, int chunk, int chunks, long bytes, byte[] payload) {
    return codec.encode(new ArtifactChunk(digest, chunk, chunks, bytes, ByteBuffer.wrap(payload)));
  }

  private static byte[] random(int bytes) {
    var file = new byte[bytes];
    new Random(bytes).nextBytes(file);
    return file;
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    var never = new CountDownLatch(1);
    while (!condition.getAsBoolean()) {
      var _ = never.await(5, TimeUnit.MILLISECONDS);
    }
  }
}
