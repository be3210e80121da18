package dev.sluice.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.jobs.rules.Names;
import dev.sluice.producer.lag.Queue;
import dev.sluice.schemas.topics.FactPart;
import dev.sluice.schemas.topics.Groups;
import dev.sluice.schemas.topics.StateKeys;
import dev.sluice.schemas.topics.Topic;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LedgerCursor;
import dev.sluice.schemas.wire.ManifestChunk;
import dev.sluice.schemas.wire.Measured;
import dev.sluice.schemas.wire.ModelEntry;
import dev.sluice.schemas.wire.ValidationCurve;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whatever users call their things, what Sluice makes of it is none of what Sluice has itself. */
final class NamesThatNeverMeetTest {

  private static final int KAFKA_NAME_CHARS_MAX = 249;

  /** What someone would try; the rules let some of it through. */
  private static final List<String> WISHED =
      List.of(
          "ledger",
          "fold",
          "ledger-lag",
          "fold-lag",
          "lane",
          "model",
          "cursor",
          "lane-ledger",
          "jobs",
          "job-states",
          "tasks",
          "x",
          "x.high",
          "x-high",
          "x_high",
          "high",
          "a.b",
          "a_b",
          "a-b",
          "A-B",
          "a",
          "A",
          ".",
          "..",
          "",
          "/",
          "a/0",
          "0",
          "1",
          "lane/0",
          "model/0",
          "ended",
          "/ended/0/0",
          "ended/0",
          "spec",
          "curve",
          "latest",
          "__consumer_offsets",
          "__share_group_state",
          "sluice",
          "sluice.jobs",
          "sluice-ledger",
          "sluice-ledger-0",
          "sluice.tasks.x.high",
          "coordinator",
          "x".repeat(64),
          "x".repeat(65),
          "x".repeat(128),
          "x".repeat(250));

  @Test
  void groupsOfLanesAreNoneOfOurs() {
    var all =
        Stream.concat(
                Stream.of(Groups.LEDGER, Groups.FOLD)
                    .flatMap(group -> Stream.of(group, Groups.lag(group))),
                allowed(Names::isLane).map(Topic::shareGroup))
            .toList();
    assertThat(all).doesNotHaveDuplicates();
    assertThat(all).allMatch(name -> name.length() <= KAFKA_NAME_CHARS_MAX);
    for (int partition = 0; partition < 100; partition++) {
      assertThat(all)
          .doesNotContain(
              Groups.transactionalId(Groups.LEDGER, partition),
              Groups.transactionalId(Groups.FOLD, partition));
    }
  }

  @Test
  void topicsOfLanesAreNoneOfOursAlsoInKafkasMetricsWhereDotsAreUnderscores() {
    var all =
        Stream.concat(
                Arrays.stream(Topic.values()).map(Topic::topicName),
                allowed(Names::isLane).flatMap(lane -> Topic.tasks(lane).stream()))
            .map(name -> name.replace('.', '_'))
            .toList();
    assertThat(all).doesNotHaveDuplicates();
    assertThat(all).noneMatch(name -> name.startsWith("__"));
    assertThat(all).allMatch(name -> name.length() <= KAFKA_NAME_CHARS_MAX);
  }

  @Test
  void queuesOfLanesAreNoneOfOurs() {
    var queues =
        Stream.concat(Stream.of(Queue.LEDGER, Queue.FOLD), allowed(Names::isLane).map(Queue::lane))
            .toList();
    assertThat(queues.stream().map(Queue::name)).doesNotHaveDuplicates();
    assertThat(queues.stream().map(Queue::group)).doesNotHaveDuplicates();
  }

  @Test
  void keysOfTheLedgersStatesAreDifferentForDifferentThings() {
    var keys = new ArrayList<String>();
    keys.add(StateKeys.of(new LedgerCursor(0, -1)));
    keys.addAll(ended());
    allowed(Names::isLane)
        .map(name -> StateKeys.of(new Lane(name, "host-cpu", 0, 1)))
        .forEach(keys::add);
    allowed(Names::isModel)
        .forEach(
            name -> {
              keys.add(StateKeys.of(new ModelEntry(name, 1, Map.of())));
              keys.add(StateKeys.version(name, 1));
              allowed(Names::isJobId).forEach(job -> keys.add(StateKeys.place(name, job)));
            });
    allowed(Names::isJobId)
        .forEach(
            job -> {
              keys.add(job); // as LedgerState has it for a JobState
              keys.add(StateKeys.of(new ValidationCurve(job, List.of())));
              keys.add(StateKeys.of(new ManifestChunk(job, 0, List.of(), Measured.NOTHING)));
              keys.add(StateKeys.of(new ManifestChunk(job, 1, List.of(), Measured.NOTHING)));
            });
    assertThat(keys).doesNotHaveDuplicates();
  }

  @Test
  void keysOfControlsAreDifferentForJobsAndForThoseThatHaveEnded() {
    var keys = Stream.concat(ended().stream(), allowed(Names::isJobId)).toList();
    assertThat(keys).doesNotHaveDuplicates();
    assertThat(keys.stream().filter(StateKeys::isEnded)).containsExactlyElementsOf(ended());
  }

  @Test
  void keysOfTheHistoryAreDifferentForStatesAndFactsOfJobs() {
    var keys = new ArrayList<String>();
    allowed(Names::isJobId)
        .forEach(
            job -> {
              keys.add(job);
              keys.add(StateKeys.curve(job));
              keys.add(StateKeys.chunk(job, 0));
              keys.add(StateKeys.chunk(job, 1));
              Arrays.stream(FactPart.values()).map(part -> part.key(job)).forEach(keys::add);
            });
    assertThat(keys).doesNotHaveDuplicates();
    assertThat(keys.stream().filter(key -> FactPart.at(key).isPresent()))
        .hasSize(keys.size() * FactPart.values().length / (FactPart.values().length + 4));
  }

  private static List<String> ended() {
    return List.of(
        StateKeys.ended(0, 0),
        StateKeys.ended(0, 10),
        StateKeys.ended(1, 0),
        StateKeys.ended(10, 0));
  }

  @Test
  void keysOfBlocksAreDifferentForDifferentBlocks() {
    var keys =
        Stream.concat(
                Stream.of("cursor"), // where a checkpoint says how far the fold is
                allowed(Names::isJobId)
                    .flatMap(
                        job ->
                            Stream.of(
                                Topic.blockKey(job, 0),
                                Topic.blockKey(job, 1),
                                Topic.blockKey(job, 0) + "/momentum",
                                Topic.blockKey(job, 1) + "/0")))
            .toList();
    assertThat(keys).doesNotHaveDuplicates();
  }

  @Test
  void noNameIsAPathOfItsOwnOrLeadsOutOfAFolder() {
    var rules = List.<Predicate<String>>of(Names::isLane, Names::isModel, Names::isJobId);
    for (var rule : rules) {
      assertThat(allowed(rule))
          .noneMatch(name -> name.startsWith(".") || name.contains("/") || name.isEmpty());
    }
  }

  private static Stream<String> allowed(Predicate<String> rule) {
    return WISHED.stream().filter(rule);
  }
}
