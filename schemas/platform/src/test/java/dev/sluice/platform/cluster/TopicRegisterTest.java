package dev.sluice.platform.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.platform.cluster.TopicRegister.Made;
import dev.sluice.schemas.wire.Cause;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is said of topics that are no longer what they were made as. */
class TopicRegisterTest {

  private static final Map<String, Made> MADE =
      Map.of(
          "sluice.jobs", new Made("a", 4),
          "sluice.fleet", new Made("b", 1),
          "sluice.gradients", new Made("c", 4));

  @Test
  void nothingIsSaidWhereNothingHasChangedAndOfTopicsThatCameLater() {
    assertThat(TopicRegister.differences(MADE, with("sluice.later", new Made("d", 7)))).isEmpty();
  }

  @Test
  void partitionsThatWereAddedAreNamedWithBothNumbers() {
    assertThat(TopicRegister.differences(MADE, with("sluice.jobs", new Made("a", 8))))
        .singleElement()
        .extracting(Cause::what)
        .isEqualTo("sluice.jobs has 8 partitions, and was made with 4.");
    // Also where the topic may be made anew: it wasn't.
    assertThat(TopicRegister.differences(MADE, with("sluice.fleet", new Made("b", 2))))
        .singleElement()
        .extracting(Cause::mend)
        .asString()
        .contains("kafka-topics.sh --delete --topic sluice.fleet");
  }

  @Test
  void topicsWithOneRemedyAreToldTogether() {
    var made = new HashMap<String, Made>();
    var now = new HashMap<String, Made>();
    for (var name : List.of("sluice.a", "sluice.b", "sluice.c", "sluice.d", "sluice.e")) {
      made.put(name, new Made(name, 4));
      now.put(name, new Made(name, 5));
    }

    assertThat(TopicRegister.differences(made, now))
        .singleElement()
        .extracting(Cause::what)
        .isEqualTo(
            "sluice.a has 5 partitions, and was made with 4. sluice.b has 5 partitions, and was"
                + " made with 4. sluice.c has 5 partitions, and was made with 4. 2 more are not as"
                + " they were made.");
  }

  @Test
  void aTopicThatIsGoneOrWasMadeAnewIsRefusedWhereNobodyElseWouldSayThatSomethingIsLost() {
    assertThat(TopicRegister.differences(MADE, with("sluice.jobs", null)))
        .singleElement()
        .extracting(Cause::what)
        .isEqualTo("sluice.jobs was removed.");
    assertThat(TopicRegister.differences(MADE, with("sluice.jobs", new Made("z", 4))))
        .singleElement()
        .extracting(Cause::what)
        .isEqualTo("sluice.jobs is another topic of that name: it was removed and made anew.");
    assertThat(TopicRegister.differences(MADE, with("sluice.gradients", null))).isEmpty();
    assertThat(TopicRegister.differences(MADE, with("sluice.fleet", new Made("z", 1)))).isEmpty();
  }

  @Test
  void whatAnotherReleaseWroteIsRefusedInOneSentence() {
    var early = TopicRegister.parsed("{\"id\":\"a\",\"partitions\":4}").orElseThrow();
    assertThat(TopicRegister.differences(Map.of("sluice.jobs", early), with("sluice.jobs", null)))
        .singleElement()
        .extracting(Cause::what)
        .isEqualTo(
            "What is stored here was written by an earlier release of Sluice (format 1), and this"
                + " one reads format 3 only.");
    var late = new Made("a", 4, TopicRegister.FORMAT + 1);
    assertThat(TopicRegister.differences(Map.of("sluice.jobs", late), MADE))
        .singleElement()
        .extracting(Cause::what)
        .asString()
        .contains("a later release");
  }

  @Test
  void aRecordThatIsNoneIsPassedOver() {
    assertThat(TopicRegister.parsed("{\"id\":\"a\",\"partitions\":4,\"format\":2,\"later\":1}"))
        .contains(new Made("a", 4, 2));
    for (var bad : new String[] {"", "{", "7", "[]", "{}", "{\"id\":\"a\",\"partitions\":0}"}) {
      assertThat(TopicRegister.parsed(bad)).as(bad).isEmpty();
    }
  }

  private static Map<String, Made> with(String name, @Nullable Made topic) {
    var all = new HashMap<>(MADE);
    if (topic == null) {
      all.remove(name);
    } else {
      all.put(name, topic);
    }
    return all;
  }
}
