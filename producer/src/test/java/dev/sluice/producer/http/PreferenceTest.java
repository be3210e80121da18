package dev.sluice.producer.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PreferenceTest {

  @ParameterizedTest
  @ValueSource(
      strings = {"wait=10", "Wait = 10", "respond-async, wait=10", "wait=\"10\"; x", "a;wait=10"})
  void theTimeIsFoundAmongOthers(String header) {
    assertThat(Preference.wait(header)).contains(Duration.ofSeconds(10));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "respond-async", "wait", "wait=", "wait=-1", "wait=soon", "await=10"})
  void whatSaysNothingOfItIsPassedOver(String header) {
    assertThat(Preference.wait(header)).isEmpty();
  }

  @Test
  void nobodyWaitsLongerThanForAnything() {
    assertThat(Preference.wait("wait=999999")).contains(LongPoll.WAIT_MAX);
    assertThat(Preference.wait("wait=0")).isEmpty();
    assertThat(Preference.wait(null)).isEmpty();
  }
}
