package dev.sluice.schemas.codec;

import java.io.IOException;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.io.ResolvingDecoder;
import org.jspecify.annotations.Nullable;

/** Teaches Avro to write Java records as they are. */
final class RecordData extends GenericData {

  private final RecordShapes shapes = RecordShapes.get();

  RecordData() {
    // The fast reader builds generic records and has no place to build others.
    setFastReaderEnabled(false);
  }

  @Override
  protected boolean isRecord(Object datum) {
    return datum instanceof java.lang.Record;
  }

  @Override
  protected Schema getRecordSchema(Object record) {
    return shapes.of(record.getClass()).schema();
  }

  @Override
  public Object getField(Object record, String name, int position) {
    return shapes.of(record.getClass()).value(record, position);
  }

  @Override
  protected String getSchemaName(@Nullable Object datum) {
    return datum instanceof java.lang.Record record
        ? getRecordSchema(record).getFullName()
        : super.getSchemaName(datum);
  }

  @Override
  protected boolean isEnum(Object datum) {
    return datum instanceof Enum;
  }

  @Override
  protected Schema getEnumSchema(Object datum) {
    return shapes.enumSchema(((Enum<?>) datum).getDeclaringClass());
  }

  @Override
  public Object createEnum(String symbol, Schema schema) {
    return shapes.symbol(schema, symbol);
  }

  /** Reads straight into Java records. */
  static final class Reader<T> extends GenericDatumReader<T> {

    private static final int ITEMS_AT_FIRST = 64;

    private final RecordShapes shapes = RecordShapes.get();

    Reader(Schema writer, Schema reader, RecordData data) {
      super(writer, reader, data);
    }

    @Override
    protected Object readRecord(@Nullable Object old, Schema expected, ResolvingDecoder in)
        throws IOException {
      var shape = shapes.named(expected.getFullName());
      @Nullable Object[] values = new Object[shape.schema().getFields().size()];
      for (var field : in.readFieldOrder()) {
        values[field.pos()] = read(null, field.schema(), in);
      }
      return shape.construct(values);
    }

    /** Room for what a length claims is made when it comes, not before. */
    @Override
    protected Object newArray(@Nullable Object old, int size, Schema schema) {
      return super.newArray(old, Math.min(size, ITEMS_AT_FIRST), schema);
    }

    @Override
    protected Class<?> findStringClass(Schema schema) {
      return String.class;
    }
  }
}
