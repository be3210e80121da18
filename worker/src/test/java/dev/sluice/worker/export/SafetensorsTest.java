package dev.sluice.worker.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.TensorSpec;
import dev.sluice.worker.engine.EngineException;
import dev.sluice.worker.engine.Native;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Safetensors files: written as the format says, read only where every byte is accounted for. */
class SafetensorsTest {
  private static final List<TensorSpec> TENSORS =
      List.of(
          new TensorSpec("0.weight", List.of(2, 1), 0, true),
          new TensorSpec("0.bias", List.of(2), 2, true),
          new TensorSpec("scalar", List.of(), 4, true));

  @Test
  void whatIsWrittenIsRead() throws EngineException {
    byte[] file =
        Safetensors.write(
            TENSORS, Native.floats(1, -2, 3.5f, Float.MIN_VALUE, 9), Map.of("name", "ä \"x\""));

    Safetensors.Contents contents = Safetensors.read(file);

    assertThat(contents.tensors()).isEqualTo(TENSORS);
    assertThat(contents.metadata()).isEqualTo(Map.of("name", "ä \"x\""));
    float[] values = new float[5];
    contents.values().asFloatBuffer().get(values);
    assertThat(values).containsExactly(1, -2, 3.5f, Float.MIN_VALUE, 9);
  }

  @Test
  void theBytesAreThoseOfTheFormat() {
    byte[] file =
        Safetensors.write(
            List.of(new TensorSpec("w", List.of(1), 0, true)), Native.floats(1f), Map.of());

    ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    int header = (int) bytes.getLong(0);
    assertThat(header % 8).isZero();
    assertThat(new String(file, 8, header, StandardCharsets.UTF_8).strip())
        .isEqualTo("{\"w\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}");
    assertThat(bytes.getFloat(8 + header)).isEqualTo(1);
    assertThat(file).hasSize(8 + header + 4);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}}                | 8 | take 4 bytes"
            + " of 8",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}}                | 8 | leaves a gap",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]},"
            + "'b':{'dtype':'F32','shape':[1],'data_offsets':[4,8]}}           | 8 | overlaps",
        "{'a':{'dtype':'F16','shape':[2],'data_offsets':[0,4]}}                | 4 | only F32",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,400]}}              | 4 | in 4 bytes",
        "{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,99999999999999999999]}} | 4 | in 4"
            + " bytes",
        "{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,4]}}                | 4 | takes 4 bytes",
        "{'a':{'dtype':'F32','shape':[65536,65536,65536,65536],'data_offsets':[0,0]}} | 0 | takes"
            + " 0",
        "{'a':{'dtype':'F32','shape':[-1],'data_offsets':[0,4]}}               | 4 | dimension -1",
        "{'a':{'dtype':'F32','data_offsets':[0,4]}}                            | 4 | no shape",
        "{'a':7}                                                               | 4 | of type ''",
        "{'__metadata__':{'a':1}}                                              | 0 | not a text",
        "{'a':{'dtype':'F32','shape':[0],'data_offsets':[0,0]},"
            + "'a':{'dtype':'F32','shape':[0],'data_offsets':[0,0]}}           | 0 | Duplicate",
        "{} {}                                                                 | 0 | not JSON",
        "[]                                                                    | 0 | start with {",
        "{'a'                                                                  | 0 | not JSON",
      },
      quoteCharacter = '`')
  void whatDoesNotAddUpIsBadInput(String header, int valueBytes, String why) {
    byte[] text = header.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    ByteBuffer file =
        ByteBuffer.allocate(8 + text.length + valueBytes).order(ByteOrder.LITTLE_ENDIAN);
    file.putLong(text.length).put(text);
    assertRefused(file.array(), why);
  }

  @Test
  void aHeaderLengthThatIsAbsurdIsBadInput() {
    assertRefused(new byte[3], "it has 3 bytes");
    assertRefused(new byte[8], "claims 0 bytes");
    byte[] file = new byte[64];
    ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(-1);
    assertRefused(file, "claims 18446744073709551615 bytes");
    ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).putLong(57);
    assertRefused(file, "claims 57 bytes of 56");
  }

  @Test
  void aHeaderIsReadAsUtf8WhateverItLooksLike() {
    // To a parser that guesses, two characters of UTF-32 and a part of a third.
    byte[] header = {'{', 0, 0, 0, '}', 0, 0, 0, ' ', 0, 0};
    var file = ByteBuffer.allocate(8 + header.length).order(ByteOrder.LITTLE_ENDIAN);
    assertRefused(file.putLong(header.length).put(header).array(), "not JSON");
  }

  private static void assertRefused(byte[] file, String why) {
    assertThatThrownBy(() -> Safetensors.read(file))
        .isInstanceOfSatisfying(
            EngineException.class,
            refused -> {
              assertThat(refused.reason().code()).isEqualTo(Code.MODEL_UNUSABLE);
              assertThat(refused.reason().why()).contains(why);
            });
  }
}
