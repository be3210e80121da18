package dev.sluice.worker.lease;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.schemas.wire.Infer;
import dev.sluice.schemas.wire.Prepare;
import dev.sluice.schemas.wire.Task;
import dev.sluice.worker.lease.FakeGroup.FakeRecord;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The rules by which a worker takes tasks and holds them. */
final class IntakeTest {

  private static final String ENGINE = "engine";
  private static final long LOCK_MS = 3_000;
  private static final int TASKS_MAX = 4;
  private static final long SHORT_MICROS = 2_000;
  private static final long TINY_MICROS = 50;
  private static final long LONG_MICROS = 1_000_000;

  private final FakeGroup group = new FakeGroup();
  private final Ledger ledger = new Ledger();
  private final Loop loop = new Loop();
  private final Set<String> voids = new HashSet<>();
  private final Set<String> unknown = new HashSet<>();
  private final Intake intake =
      new Intake(
          new Intake.Manner(ENGINE, TASKS_MAX, Intake.Manner.TINY_AFTER),
          group,
          ledger,
          loop,
          task -> voids.contains(task.taskId()),
          task -> !unknown.contains(task.taskId()));
  private long nowMs = 1_000;

  // ---- taking

  @Test
  void whoWantsATaskLooksForOneInTheMostUrgentTopicAndALittleLaterInTheOthers() {
    wants();
    assertThat(group.members.values()).containsExactly("high", "normal", "low");
    assertThat(group.looksIn()).containsExactly("high");
    pass(Members.PROBE_MS);
    assertThat(group.looksIn()).containsExactly("high", "normal");
    pass(Members.PROBE_MS);
    assertThat(group.looksIn()).containsExactly("high", "normal", "low");
  }

  @Test
  void whoWantsNoneLooksForNone() {
    step();
    pass(10_000);
    assertThat(group.asked).isEmpty();
  }

  @Test
  void aTaskBeginsAtOnceAndTheLedgerHearsOfIt() {
    take("normal", task("a"));
    assertThat(ledger.begun).containsExactly("a");
    assertThat(loop.arrived()).containsExactly("a");
  }

  @Test
  void aTaskThatComesAgainIsNotRunBeforeItsStartIsStored() {
    take("normal", task("a"), 2);
    assertThat(ledger.begun).containsExactly("a");
    assertThat(loop.arrived()).isEmpty();
    intake.started(ledger.key("a"));
    assertThat(loop.arrived()).containsExactly("a");
  }

  @Test
  void whereAStartCannotBeStoredTheTaskGoesBack() {
    take("normal", task("a"), 2);
    intake.giveBack(ledger.key("a"), nowMs);
    pass(60_000);
    assertThat(group.released).containsExactly("a");
    assertThat(loop.arrived()).isEmpty();
  }

  @Test
  void whatAMemberHasGotIsRunThoughNoneIsWanted() {
    wants();
    pass(100);
    take("normal", task("a"));
    take("low", task("b"));
    assertThat(loop.arrived()).containsExactly("a", "b");
  }

  @Test
  void aWishThatWasMadeBeforeTheLastTaskWasSeenIsNotGranted() {
    take("normal", task("a"));
    group.asked.clear();
    intake.want(true, 0);
    pass(100);
    assertThat(group.asked).isEmpty();
  }

  @Test
  void aSecondMemberLooksForATaskBesideTheOneThatIsRunAndLeavesWhenNoneIsWanted() {
    take("high", task("a"));
    wants();
    assertThat(group.members.values()).contains("high", "normal", "low").hasSize(4);
    intake.want(false, 0);
    step();
    assertThat(group.members).hasSize(3);
  }

  @Test
  void ofTwoMembersThatHoldNothingOneLeavesThoughATaskIsWanted() {
    take("high", task("a"));
    wants();
    assertThat(group.members).hasSize(4);
    intake.done(loop.key("a"));
    wants();
    assertThat(group.members.values()).containsExactly("high", "normal", "low");
  }

  @Test
  void aTaskWhoseReportIsOnItsWayIsNoReasonForASecondMember() {
    take("normal", task("a"));
    intake.ended(loop.key("a"), LONG_MICROS);
    wants();
    assertThat(group.members.values()).containsExactly("high", "normal", "low");
  }

  @Test
  void noneJoinsATopicThatAnotherIsLeaving() {
    take("high", task("a"));
    wants();
    int further = group.asked.getLast();
    intake.want(false, 0);
    step();
    wants();
    assertThat(group.members).hasSize(3);
    intake.left(further);
    step();
    assertThat(group.members).hasSize(4);
  }

  @Test
  void noMoreTasksAreInHandThanMayBe() {
    for (int i = 0; i < TASKS_MAX; i++) {
      take("high", task("t" + i));
    }
    group.asked.clear();
    wants();
    assertThat(group.asked).isEmpty();
  }

  // ---- batches

  @Test
  void shortTasksComeInBatchesAndALongOneEndsThat() {
    runs(SHORT_MICROS, 4);
    wants();
    assertThat(group.members).containsValue("normal*16");
    runs(LONG_MICROS, 1);
    assertThat(group.members).doesNotContainValue("normal*16");
  }

  @Test
  void tasksThatTakeAsLongAsABatchMayComeOneByOne() {
    runs(Pace.BATCH_MS * 1_000, 8);
    wants();
    assertThat(group.members.values()).containsOnly("high", "normal", "low");
  }

  @Test
  void ofABatchOneTaskBeginsAtATimeWhenItIsWanted() {
    takeBatch("a", "b", "c");
    assertThat(loop.arrived()).containsExactly("a");
    wants();
    assertThat(loop.arrived()).containsExactly("a", "b");
    step();
    assertThat(loop.arrived()).containsExactly("a", "b");
    assertThat(ledger.begun).containsExactly("a", "b");
  }

  @Test
  void theNextTasksAreFetchedWhileTheLastOfABatchIsRun() {
    takeBatch("a", "b");
    taken("normal", group.record(task("c"), 1));
    assertThat(loop.arrived()).as("it waits in line as the others").containsExactly("a");
    wants();
    intake.done(loop.key("a"));
    intake.done(loop.key("b"));
    step();
    assertThat(group.looksIn()).doesNotContain("normal*16");
    wants();
    assertThat(loop.arrived()).containsExactly("a", "b", "c");
    assertThat(group.looksIn()).contains("normal*16");
  }

  @Test
  void whatABatchHoldsForTooLongGoesToOthersOnceAndIsRunTheNextTime() {
    takeBatch("a", "b");
    pass(LeaseTable.LINE_MS_MAX);
    assertThat(group.released).containsExactly("b");
    assertThat(ledger.lost).isEmpty();

    intake.done(loop.key("a"));
    pass(LeaseTable.GIVE_BACK_MS);
    wants();
    pass(Members.PROBE_MS);
    var again = List.<ShareGroup.Found>of(group.record(task("c"), 1), group.record(task("b"), 2));
    intake.taken(group.member("normal*16"), again, LOCK_MS, nowMs);
    step();
    assertThat(ledger.begun).containsExactly("a", "c");
    pass(LeaseTable.LINE_MS_MAX);
    assertThat(group.released).containsExactly("b");
    assertThat(ledger.begun).containsExactly("a", "c", "b");
  }

  @Test
  void aBatchMemberThatGetsNothingLeavesAndAnotherComesAfterTheNextTask() {
    runs(SHORT_MICROS, 4);
    wants();
    assertThat(group.members).containsValue("normal*16");
    for (int i = 0; i < 9; i++) {
      pass(Members.BATCH_IDLE_MS);
      assertThat(group.members).doesNotContainValue("normal*16");
      List.copyOf(group.left).forEach(intake::left);
      step();
    }
    runs(SHORT_MICROS, 1);
    wants();
    assertThat(group.members).containsValue("normal*16");
  }

  @Test
  void whatWaitsInLineBesideASuspectGoesToOthers() {
    takeBatch("a", "b");
    taken("high", group.record(task("suspect"), LeaseTable.SUSPECT_DELIVERIES));
    pass(LeaseTable.LINE_MS_MAX);
    assertThat(group.released).containsExactly("b");
    assertThat(loop.arrived()).as("it waits until nothing else is in hand").containsExactly("a");
    assertThat(intake.nextMs(nowMs + LOCK_MS, nowMs)).isGreaterThan(nowMs);
  }

  // ---- tiny tasks

  @Test
  void tinyTasksBeginTogetherAndTheLedgerIsNotTold() {
    takeTiny(1, "a", "b", "c");
    assertThat(loop.arrived()).containsExactly("a", "b", "c");
    assertThat(ledger.begun).isEmpty();
    assertThat(loop.tasks.getLast().tiny()).isTrue();
  }

  @Test
  void whatComesWithTinyTasksAndIsNotKnownToBeSoBeginsAloneOrGoesElsewhere() {
    var records = new ArrayList<>(tiny(1, "a", "b"));
    records.add(group.record(rows("another", "c"), 1));
    records.add(group.record(rows("another", "d"), 1));
    records.add(group.record(task("prepare"), 1));
    int member = group.member("normal*256");
    group.asked.remove(Integer.valueOf(member));
    intake.taken(member, records, LOCK_MS, nowMs);
    step();
    assertThat(loop.arrived()).containsExactly("a", "b");

    wants();
    intake.started(ledger.key("c"));
    assertThat(loop.arrived()).containsExactly("a", "b", "c");
    assertThat(ledger.begun).containsExactly("c");
    pass(LeaseTable.LINE_MS_MAX);
    assertThat(group.released).contains("d", "prepare");
  }

  @Test
  void aCopyOfASuspectWaitsUntilThatHasEnded() {
    var records = new ArrayList<>(tiny(1, "a"));
    records.addFirst(group.record(rows("job", "a"), LeaseTable.SUSPECT_DELIVERIES));
    int member = group.member("normal*256");
    group.asked.remove(Integer.valueOf(member));
    intake.taken(member, records, LOCK_MS, nowMs);
    step();
    assertThat(loop.arrived()).as("its start is on the way").isEmpty();

    step();
    intake.started(ledger.key("a"));

    assertThat(loop.arrived()).containsExactly("a");
  }

  @Test
  void tinyTasksWaitUntilATaskIsWanted() {
    var records = tiny(1, "a", "b");
    int member = group.member("normal*256");
    intake.want(false, loop.tasks.size());
    intake.taken(member, records, LOCK_MS, nowMs);
    step();
    assertThat(loop.arrived()).isEmpty();
    wants();
    assertThat(loop.arrived()).containsExactly("a", "b");
  }

  @Test
  void whatWasThoughtToBeTinyAndRunsOnIsToldOnce() {
    takeTiny(1, "a", "b");
    intake.ended(loop.key("a"), TINY_MICROS);
    pass(LeaseTable.TINY_MS_MAX - 1);
    assertThat(ledger.begun).isEmpty();
    assertThat(intake.nextMs(nowMs + LOCK_MS, nowMs)).isEqualTo(nowMs + 1);
    pass(1);
    pass(1);
    assertThat(ledger.begun).containsExactly("b");
    assertThat(loop.arrived()).containsExactly("a", "b");
  }

  @Test
  void whatComesAgainAmongTinyOnesBeginsAloneAndNotBeforeItsStartIsStored() {
    takeTiny(2, "a", "b");
    assertThat(ledger.begun).containsExactly("a");
    assertThat(loop.arrived()).isEmpty();
    intake.started(ledger.key("a"));
    assertThat(loop.arrived()).containsExactly("a");
    assertThat(loop.tasks.getLast().tiny()).isFalse();
  }

  @Test
  void whoTakesAFewGoesOnUntilWhoTakesManyHasGotSome() {
    runs(SHORT_MICROS, 4);
    wants();
    assertThat(group.members).containsValue("normal*16").doesNotContainValue("normal*256");
    runs(TINY_MICROS, Intake.Manner.TINY_AFTER);
    wants();
    assertThat(group.members).containsValue("normal*16").containsValue("normal*256");
    pass(Members.PROBE_MS);
    pass(Members.PROBE_MS);
    taken("normal*256", group.record(task("a"), 1));
    assertThat(group.members).doesNotContainValue("normal*16").containsValue("normal*256");
  }

  @Test
  void aPauseIsNoReasonToTakeFewerAndSlowerTasksAre() {
    takeTiny(1, "a");
    intake.ended(loop.key("a"), SHORT_MICROS);
    intake.done(loop.key("a"));
    runs(TINY_MICROS, 4);
    assertThat(group.members).containsValue("normal*256");
    runs(4 * SHORT_MICROS, Intake.Manner.TINY_AFTER);
    assertThat(group.members).doesNotContainValue("normal*256");
  }

  // ---- locks

  @Test
  void allThatAMemberHoldsIsRenewedTogetherAfterAThirdOfTheLock() {
    takeBatch("a", "b");
    wants();
    pass(LOCK_MS / 3 - 1);
    assertThat(group.renewals).isEmpty();
    pass(1);
    assertThat(group.renewals).hasSize(1);
    assertThat(names(group.renewals.getFirst())).containsExactly("a", "b");
  }

  @Test
  void aBrokerThatAnswersLateCostsNothing() {
    take("normal", task("a"));
    pass(LOCK_MS / 3);
    pass(2_000);
    pass(60_000);
    assertThat(group.renewals).hasSize(1);
    assertThat(loop.lost).isEmpty();
    answer(group.renewals.getFirst());
    step();
    assertThat(group.renewals).hasSize(2);
  }

  @Test
  void whatIsDoneWhileItsRenewalIsUnderWayIsAcknowledgedAfterIt() {
    take("normal", task("a"));
    pass(LOCK_MS / 3);
    intake.done(loop.key("a"));
    step();
    assertThat(group.done).isEmpty();
    answer(group.renewals.getFirst());
    step();
    assertThat(group.done).containsExactly("a");
  }

  @Test
  void aTaskWhoseLockWasNotRenewedIsLostAndTheLedgerHearsOfItWhenItIsDropped() {
    take("normal", task("a"));
    pass(LOCK_MS / 3);
    answer(List.of());
    step();
    assertThat(loop.lost).containsExactly(loop.key("a"));
    assertThat(ledger.lost).isEmpty();
    intake.dropped(loop.task("a"));
    assertThat(ledger.lost).containsExactly("a");
  }

  @Test
  void ofWhatHasNotBegunNobodyHearsThatItIsLost() {
    takeBatch("a", "b");
    pass(LOCK_MS / 3);
    var kept = group.renewals.getFirst().stream().filter(each -> name(each).equals("a")).toList();
    answer(kept);
    step();
    wants();
    assertThat(loop.lost).isEmpty();
    assertThat(ledger.lost).isEmpty();
    assertThat(loop.arrived()).containsExactly("a");
  }

  @Test
  void aTaskThatWasLostAndHasComeAgainIsNotSaidToBeLost() {
    take("normal", task("a"));
    var task = loop.task("a");
    pass(LOCK_MS / 3);
    answer(List.of());
    step();
    take("normal", task("a"));
    intake.dropped(task);
    assertThat(ledger.lost).isEmpty();
  }

  // ---- ends

  @Test
  void aTaskIsAcknowledgedWhenItsReportIsStoredAndNotWhenItHasEnded() {
    take("normal", task("a"));
    intake.ended(loop.key("a"), SHORT_MICROS);
    step();
    assertThat(group.done).isEmpty();
    intake.done(loop.key("a"));
    step();
    assertThat(group.done).containsExactly("a");
  }

  @Test
  void theNextTaskIsTakenWhileTheReportOfTheLastIsOnItsWay() {
    take("normal", task("a"));
    intake.ended(loop.key("a"), LONG_MICROS);
    wants();
    take("high", task("b"));
    assertThat(loop.arrived()).containsExactly("a", "b");
  }

  @Test
  void whatGoesBackIsHeldForAWhileAndLongerEachTime() {
    take("normal", task("a"), 1);
    intake.giveBack(loop.key("a"), nowMs);
    pass(LeaseTable.GIVE_BACK_MS - 1);
    assertThat(group.released).isEmpty();
    pass(1);
    assertThat(group.released).containsExactly("a");
    assertThat(ledger.lost).containsExactly("a");

    take("high", task("b"), 2);
    intake.started(ledger.key("b"));
    intake.giveBack(loop.key("b"), nowMs);
    pass(2 * LeaseTable.GIVE_BACK_MS - 1);
    assertThat(group.released).containsExactly("a");
    pass(1);
    assertThat(group.released).containsExactly("a", "b");
  }

  @Test
  void whatWentBackIsLeftToOthersForAWhile() {
    take("normal", task("a"));
    intake.giveBack(loop.key("a"), nowMs);
    pass(LeaseTable.GIVE_BACK_MS);
    wants();
    pass(Members.PROBE_MS);
    pass(Members.PROBE_MS);
    assertThat(group.looksIn()).containsExactly("high", "low");
    pass(LeaseTable.GIVE_BACK_MS);
    assertThat(group.looksIn()).contains("normal");
  }

  @Test
  void aVoidTaskIsDoneAndNeverBegins() {
    voids.add("a");
    take("normal", task("a"));
    assertThat(ledger.begun).isEmpty();
    assertThat(group.done).containsExactly("a");
  }

  @Test
  void aTaskBeginsOnceTheFactsOfItsJobAreHere() {
    unknown.add("a");
    take("normal", task("a"));
    assertThat(intake.nextMs(nowMs + 10_000, nowMs))
        .as("it looks again soon")
        .isLessThan(nowMs + 50);
    pass(1_000);
    assertThat(ledger.begun).isEmpty();

    unknown.clear();
    step();
    assertThat(loop.arrived()).containsExactly("a");
  }

  @Test
  void ofABatchWhatLacksFactsHoldsUpNoOther() {
    unknown.add("a");
    takeBatch("a", "b");
    wants();
    assertThat(loop.arrived()).containsExactly("b");
  }

  @Test
  void aTaskWhoseFactsDoNotComeGoesToOthersAndHasNotFailed() {
    unknown.add("a");
    take("normal", task("a"));
    pass(LeaseTable.FACTS_MS_MAX);
    answer(group.renewals.getLast());
    assertThat(group.released).as("others wait a little as well").isEmpty();
    pass(LeaseTable.GIVE_BACK_MS);
    assertThat(group.released).containsExactly("a");
    assertThat(ledger.begun).isEmpty();
    assertThat(ledger.lost).isEmpty();
  }

  @Test
  void aTaskOfAJobThatHasEndedIsDoneThoughItsFactsAreGone() {
    unknown.add("a");
    voids.add("a");
    take("normal", task("a"));
    assertThat(group.done).containsExactly("a");
  }

  @Test
  void ofABatchWhatHasBecomeVoidIsDoneWhereItWaits() {
    takeBatch("a", "b", "c");
    voids.add("b");
    step();
    assertThat(group.done).containsExactly("b");
    wants();
    assertThat(loop.arrived()).containsExactly("a", "c");
  }

  @Test
  void aTaskForAnotherEngineGoesBackWhoeverPutItThere() {
    take("normal", new Task("a", "job", 1, 1, "another", 7, 0, new Prepare()));
    assertThat(ledger.begun).isEmpty();
    pass(LeaseTable.GIVE_BACK_MS);
    assertThat(group.released).containsExactly("a");
    assertThat(ledger.lost).isEmpty();
  }

  @Test
  void whatCannotBeReadYetIsReadAgainWhileItsLockIsRenewed() {
    wants();
    pass(100);
    var record = group.record("a", new ShareGroup.Content.NotYet());
    taken("normal", record);
    pass(LOCK_MS / 3);
    assertThat(group.renewals).hasSize(1);
    record.content = new ShareGroup.Content.OfTask(task("a"));
    pass(LOCK_MS / 3);
    assertThat(loop.arrived()).containsExactly("a");
  }

  @Test
  void whatIsNoTaskIsDoneWhenTheLetterAboutItIsStored() {
    wants();
    pass(100);
    taken("normal", group.record("x", new ShareGroup.Content.NoTask()));
    assertThat(group.letters).hasSize(1);
    assertThat(group.done).isEmpty();
    intake.done(group.letters.getFirst());
    step();
    assertThat(group.done).containsExactly("x");
    assertThat(ledger.begun).isEmpty();
  }

  // ---- suspects

  @Test
  void whatHasComeForTheThirdTimeWaitsUntilNothingElseIsInHand() {
    take("normal", task("a"));
    take("high", task("b"), 3);
    assertThat(ledger.begun).containsExactly("a");
    assertThat(intake.suspicion()).isTrue();
    intake.ended(loop.key("a"), LONG_MICROS);
    step();
    assertThat(ledger.begun).as("its report may still be lost").containsExactly("a");
    intake.done(loop.key("a"));
    step();
    assertThat(ledger.begun).containsExactly("a", "b");
  }

  @Test
  void whatIsNewOrHasComeOnceMoreRunsBesideOthers() {
    take("normal", task("a"));
    take("high", task("b"), 2);
    assertThat(ledger.begun).containsExactly("a", "b");
    assertThat(intake.suspicion()).isFalse();
  }

  @Test
  void besideASuspectNothingBeginsAndNothingIsTaken() {
    take("high", task("a"), 3);
    intake.started(ledger.key("a"));
    take("normal", task("b"));
    assertThat(ledger.begun).containsExactly("a");
    group.asked.clear();
    wants();
    assertThat(group.asked).isEmpty();
    intake.done(loop.key("a"));
    step();
    assertThat(ledger.begun).containsExactly("a", "b");
    assertThat(intake.suspicion()).isFalse();
  }

  @Test
  void aSecondCopyOfATaskInHandBeginsAtOnceThoughItWaitsInLine() {
    takeBatch("a", "b");
    intake.taken(group.member("low"), List.of(group.record(task("a"), 2)), LOCK_MS, nowMs);
    step();
    assertThat(ledger.begun).containsExactly("a", "a");
  }

  // ---- members that fail, and leaving

  @Test
  void aMemberWhoseClientFailsIsReplacedAfterAWhileAndItsTasksAreLost() {
    take("normal", task("a"));
    int member = holder();
    intake.failed(member, nowMs);
    step();
    assertThat(group.members).doesNotContainKey(member);
    assertThat(loop.lost).containsExactly(loop.key("a"));
    intake.left(member);
    pass(Members.RETRY_MS - 1);
    assertThat(group.members.values()).containsExactly("high", "low");
    pass(1);
    assertThat(group.members.values()).containsExactly("high", "low", "normal");
  }

  @Test
  void whatAMemberGotThatHasLeftIsNotRun() {
    wants();
    pass(100);
    int member = group.member("normal");
    intake.failed(member, nowMs);
    intake.taken(member, List.of(group.record(task("a"), 1)), LOCK_MS, nowMs);
    step();
    assertThat(ledger.begun).isEmpty();
  }

  @Test
  void whoLeavesKeepsWhatRunsAndLetsOthersHaveTheRest() {
    takeBatch("a", "b", "c");
    intake.leave();
    step();
    assertThat(group.released).containsExactly("b", "c");
    assertThat(group.members).hasSize(1);
    wants();
    assertThat(loop.arrived()).containsExactly("a");
    intake.done(loop.key("a"));
    step();
    assertThat(group.done).contains("a");
    assertThat(group.members).isEmpty();
  }

  @Test
  void whoLeavesWaitsForTasksWhoseStartIsOnItsWay() {
    take("normal", task("a"), 2);
    intake.leave();
    step();
    assertThat(intake.nothingStarts()).isFalse();
    intake.started(ledger.key("a"));
    assertThat(intake.nothingStarts()).isTrue();
    assertThat(loop.arrived()).containsExactly("a");
  }

  // ---- what tests do

  private void step() {
    intake.step(nowMs);
  }

  private void pass(long ms) {
    nowMs += ms;
    step();
  }

  private void wants() {
    intake.want(true, loop.tasks.size());
    step();
  }

  private void take(String topic, Task task) {
    take(topic, task, 1);
  }

  private void take(String topic, Task task, int delivery) {
    wants();
    pass(Members.PROBE_MS);
    pass(Members.PROBE_MS);
    taken(topic, group.record(task, delivery));
  }

  private void taken(String topic, FakeRecord record) {
    int member = group.member(topic);
    group.asked.remove(Integer.valueOf(member));
    intake.taken(member, List.of(record), LOCK_MS, nowMs);
    step();
  }

  /** Takes and ends tasks of the normal topic that take so long. */
  private void runs(long micros, int times) {
    for (int i = 0; i < times; i++) {
      var name = "run-" + loop.tasks.size();
      take("normal", task(name));
      intake.ended(loop.key(name), micros);
      intake.done(loop.key(name));
      step();
    }
  }

  /** A batch comes, and nothing before it is in hand. */
  private void takeBatch(String... names) {
    runs(SHORT_MICROS, 4);
    loop.tasks.forEach(loop.before::add);
    ledger.begun.clear();
    group.done.clear();
    wants();
    pass(Members.PROBE_MS);
    pass(Members.PROBE_MS);
    var records = Arrays.stream(names).map(name -> group.record(task(name), 1)).toList();
    int member = group.member("normal*16");
    group.asked.remove(Integer.valueOf(member));
    intake.taken(member, List.copyOf(records), LOCK_MS, nowMs);
    step();
  }

  /** Tiny tasks come, each delivered so often, and nothing before them is in hand. */
  private void takeTiny(int delivery, String... names) {
    var records = tiny(delivery, names);
    int member = group.member("normal*256");
    group.asked.remove(Integer.valueOf(member));
    intake.taken(member, records, LOCK_MS, nowMs);
    step();
  }

  private List<ShareGroup.Found> tiny(int delivery, String... names) {
    runs(TINY_MICROS, Intake.Manner.TINY_AFTER);
    loop.tasks.forEach(loop.before::add);
    ledger.begun.clear();
    group.done.clear();
    wants();
    pass(Members.PROBE_MS);
    pass(Members.PROBE_MS);
    return Arrays.stream(names)
        .<ShareGroup.Found>map(name -> group.record(rows("job", name), delivery))
        .toList();
  }

  private int holder() {
    return Integer.parseInt(loop.tasks.getLast().key().replaceAll("\\..*", ""));
  }

  private void answer(List<ShareGroup.Found> kept) {
    intake.renewed(group.renewing(), kept);
  }

  private static List<String> names(List<ShareGroup.Found> records) {
    return records.stream().map(IntakeTest::name).toList();
  }

  private static String name(ShareGroup.Found record) {
    return ((FakeRecord) record).name;
  }

  private static Task rows(String jobId, String name) {
    return new Task(name, jobId, 1, 1, "", 7, 0, new Infer(0, 1));
  }

  private static Task task(String name) {
    return new Task(name, "job", 1, 1, "", 7, 0, new Prepare());
  }

  /** Hears of starts and losses. */
  private static final class Ledger implements Intake.Starts {
    final List<String> begun = new ArrayList<>();
    final List<String> lost = new ArrayList<>();
    private final Map<String, String> keys = new HashMap<>();

    @Override
    public void begins(HeldTask task) {
      begun.add(task.task().taskId());
      keys.put(task.task().taskId(), task.key());
    }

    @Override
    public void lost(Task task) {
      lost.add(task.taskId());
    }

    String key(String name) {
      return keys.getOrDefault(name, "");
    }
  }

  /** Runs nothing. */
  private static final class Loop implements TaskSink {
    final List<HeldTask> tasks = new ArrayList<>();
    final List<HeldTask> before = new ArrayList<>();
    final List<String> lost = new ArrayList<>();

    @Override
    public void arrived(HeldTask task) {
      tasks.add(task);
    }

    @Override
    public void lost(String key) {
      lost.add(key);
    }

    List<String> arrived() {
      return IntStream.range(before.size(), tasks.size())
          .mapToObj(i -> tasks.get(i).task().taskId())
          .toList();
    }

    String key(String name) {
      return held(name).key();
    }

    Task task(String name) {
      return held(name).task();
    }

    private HeldTask held(String name) {
      return tasks.stream()
          .filter(task -> task.task().taskId().equals(name))
          .reduce((first, second) -> second)
          .orElseThrow();
    }
  }
}
