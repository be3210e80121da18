package dev.sluice.platform.document;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Amounts in messages: three digits, a prefix that suits, never an exponent. */
class AmountsTest {

  @ParameterizedTest
  @CsvSource({
    "21342177280, B, 21.3 GB",
    "999.6, B, 1 kB",
    "999, B, 999 B",
    "1.28e12, FLOP, 1.28 TFLOP",
    "0, B, 0 B",
    "1, J, 1 J",
    "0.01108, J, 11.1 mJ",
    "0.0000021, s, 2.1 µs",
    "1e-15, s, 0.000001 ns",
    "2.5e22, FLOP, 25000 EFLOP"
  })
  void anAmountGetsThePrefixThatSuitsIt(double amount, String unit, String expected) {
    assertThat(Amounts.of(amount, unit)).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"2048, 2048", "14.44, 14.4", "0.00012345, 0.000123", "123456.7, 123000", "4, 4"})
  void aNumberHasThreeDigitsOrIsWhole(double value, String expected) {
    assertThat(Amounts.number(value)).isEqualTo(expected);
  }
}
