package dev.sluice.platform.document;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.node.BigIntegerNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NumericNode;
import com.fasterxml.jackson.databind.node.ValueNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;

/**
 * Makes nodes of numbers whose text is what was written: where a name is wanted, 007 is not 7, and
 * 1.10 not 1.1. For one parse.
 */
final class WrittenNumbers extends JsonNodeFactory {
  private static final long serialVersionUID = 1L;

  private final transient JsonParser parser;

  /**
   * @param parser stands at the number that a node is made for
   */
  WrittenNumbers(JsonParser parser) {
    this.parser = parser;
  }

  private String written() {
    try {
      return parser.getText();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible); // a string cannot fail to be read
    }
  }

  @Override
  public NumericNode numberNode(int value) {
    var text = written();
    return new IntNode(value) {
      @Override
      public String asText() {
        return text;
      }
    };
  }

  @Override
  public NumericNode numberNode(long value) {
    var text = written();
    return new LongNode(value) {
      @Override
      public String asText() {
        return text;
      }
    };
  }

  @Override
  public ValueNode numberNode(BigInteger value) {
    var text = written();
    return new BigIntegerNode(value) {
      @Override
      public String asText() {
        return text;
      }
    };
  }

  @Override
  public NumericNode numberNode(double value) {
    var text = written();
    return new DoubleNode(value) {
      @Override
      public String asText() {
        return text;
      }
    };
  }
}
