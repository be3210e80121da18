package dev.sluice.platform.document;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What a value means where a truth value or a number is wanted. Quotes make no difference there: a
 * text can be meant as nothing else, and YAML itself takes {@code yes} and {@code 1e-3} for text.
 */
final class Words {

  /** A decimal number; its exponent is short, so that no number takes more room than its text. */
  private static final Pattern DECIMAL =
      Pattern.compile("[+-]?([0-9]{1,400}\\.?[0-9]{0,400}|\\.[0-9]{1,400})([eE][+-]?[0-9]{1,3})?");

  private Words() {}

  /** True or false; empty where it is neither. */
  static Optional<Boolean> flag(JsonNode value) {
    if (value.isBoolean()) {
      return Optional.of(value.booleanValue());
    }
    return switch (value.isTextual() ? value.textValue().strip().toLowerCase(Locale.ROOT) : "") {
      case "true", "yes", "on" -> Optional.of(true);
      case "false", "no", "off" -> Optional.of(false);
      default -> Optional.empty();
    };
  }

  /** A finite number; empty where it is none. */
  static Optional<Double> number(JsonNode value) {
    if (value.isNumber()) {
      return Optional.of(value.doubleValue()).filter(Double::isFinite);
    }
    return decimal(value).map(BigDecimal::doubleValue).filter(Double::isFinite);
  }

  /** A whole number of 64 bits; empty where it is none. */
  static Optional<Long> whole(JsonNode value) {
    if (value.isIntegralNumber()) {
      return value.canConvertToLong() ? Optional.of(value.longValue()) : Optional.empty();
    }
    try {
      return exact(value).map(BigDecimal::longValueExact);
    } catch (ArithmeticException notWhole) {
      return Optional.empty();
    }
  }

  private static Optional<BigDecimal> exact(JsonNode value) {
    return value.isNumber() && Double.isFinite(value.doubleValue())
        ? Optional.of(BigDecimal.valueOf(value.doubleValue()))
        : decimal(value);
  }

  private static Optional<BigDecimal> decimal(JsonNode value) {
    var text = value.isTextual() ? value.textValue().strip() : "";
    return DECIMAL.matcher(text).matches() ? Optional.of(new BigDecimal(text)) : Optional.empty();
  }
}
