package dev.sluice.producer.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.TypeConversionException;

class TextTest {

  @Test
  void spansHaveTheirTwoLargestUnits() {
    assertThat(Text.span(0.25)).isEqualTo("0.3 s");
    assertThat(Text.span(59.0)).isEqualTo("59 s");
    assertThat(Text.span(125.0)).isEqualTo("2 min 5 s");
    assertThat(Text.span(7_260.0)).isEqualTo("2 h 1 min");
    assertThat(Text.span(180_000.0)).isEqualTo("2 d 2 h");
    assertThat(Text.span(null)).isEqualTo("-");
  }

  @Test
  void numbersAreShort() {
    assertThat(Text.rate(12.34)).isEqualTo("12.3");
    assertThat(Text.rate(12_345.6)).isEqualTo("12,346");
    assertThat(Text.bytes(1_536)).isEqualTo("1.5 KiB");
    assertThat(Text.value(0.12345)).isEqualTo("0.1235");
    assertThat(Text.value(0.00001)).isEqualTo("1.000e-05");
    assertThat(Text.value(7.0710678e19)).isEqualTo("7.071e+19");
    assertThat(Text.bar(0.5, 4)).isEqualTo("[##--]");
    assertThat(Text.percent(0.999)).isEqualTo("99%");
  }

  @Test
  void metricsThatCountRowsAreWholeAndMeasuresHaveFourDigits() {
    assertThat(Text.metric("rows", 1_500)).isEqualTo("1,500");
    assertThat(Text.metric("unknownLabels", 1)).isEqualTo("1");
    assertThat(Text.metric("firstRowUnanswered", 0)).isEqualTo("0");
    assertThat(Text.metric("accuracy", 1)).isEqualTo("1.0000");
  }

  @Test
  void waitsAreGivenWithTheirUnit() {
    var converter = new WaitOptions.SpanConverter();

    assertThat(converter.convert("90s")).isEqualTo(Duration.ofSeconds(90));
    assertThat(converter.convert("2h")).isEqualTo(Duration.ofHours(2));
    assertThatThrownBy(() -> converter.convert("soon")).isInstanceOf(TypeConversionException.class);
    assertThatThrownBy(() -> converter.convert("0s")).isInstanceOf(TypeConversionException.class);
  }
}
