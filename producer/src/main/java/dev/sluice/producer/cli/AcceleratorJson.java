package dev.sluice.producer.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonSerializer;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import dev.sluice.accelerators.catalogue.AcceleratorModel;
import dev.sluice.accelerators.catalogue.NumberFormat;
import dev.sluice.accelerators.catalogue.Power;
import dev.sluice.accelerators.catalogue.Training;
import dev.sluice.platform.document.Spelling;
import java.io.IOException;
import java.time.LocalDate;

/**
 * An accelerator model as JSON: the record with every figure and source, null where nothing is
 * published, and what follows from it.
 */
final class AcceleratorJson {

  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .addModule(
              new SimpleModule()
                  .addSerializer(LocalDate.class, ToStringSerializer.instance)
                  .addSerializer(NumberFormat.class, new Spelled<>())
                  .addSerializer(AcceleratorModel.Kind.class, new Spelled<>())
                  .addSerializer(Training.VendorSoftware.class, new Spelled<>())
                  .addSerializer(Power.Scope.class, new Spelled<>())
                  .addKeySerializer(NumberFormat.class, new SpelledKey()))
          .build();

  private AcceleratorJson() {}

  /** The document of a model. */
  static ObjectNode of(AcceleratorModel model) {
    ObjectNode document = MAPPER.valueToTree(model);
    document.put("trains", model.trains());
    document.put("infers", model.infers());
    document.set("formats", MAPPER.valueToTree(model.formats()));
    return document;
  }

  /** A constant as documents spell it. */
  private static final class Spelled<E extends Enum<E>> extends JsonSerializer<E> {
    @Override
    public void serialize(E constant, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      json.writeString(Spelling.of(constant));
    }
  }

  private static final class SpelledKey extends JsonSerializer<NumberFormat> {
    @Override
    public void serialize(NumberFormat format, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      json.writeFieldName(format.label());
    }
  }
}
