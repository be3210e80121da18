package dev.sluice.schemas.codec;

import dev.sluice.schemas.wire.EndedJob;
import dev.sluice.schemas.wire.EndedJobs;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.random.RandomGenerator;
import org.apache.avro.Protocol;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.jspecify.annotations.Nullable;

/** Random values of a schema, from a seed. */
final class SampleRecords {

  private final RandomGenerator random;
  private final @Nullable Protocol readers;

  SampleRecords(RandomGenerator random) {
    this.random = random;
    this.readers = null;
  }

  /** Values without kinds that readers of a protocol don't know: these are written later. */
  SampleRecords(RandomGenerator random, Protocol readers) {
    this.random = random;
    this.readers = readers;
  }

  private boolean known(Schema branch) {
    return branch.getType() != Schema.Type.RECORD
        || readers == null
        || readers.getType(branch.getFullName()) != null;
  }

  /** A random value that the schema allows. */
  @Nullable Object of(Schema schema) {
    return switch (schema.getType()) {
      case RECORD -> {
        var record = new GenericData.Record(schema);
        schema.getFields().forEach(f -> record.put(f.pos(), of(f.schema())));
        if (schema.getFullName().equals(EndedJobs.class.getName())) {
          pack(record);
        }
        yield record;
      }
      case ENUM ->
          new GenericData.EnumSymbol(
              schema, schema.getEnumSymbols().get(random.nextInt(schema.getEnumSymbols().size())));
      case ARRAY -> {
        var items = new ArrayList<@Nullable Object>();
        for (int i = random.nextInt(3); i > 0; i--) {
          items.add(of(schema.getElementType()));
        }
        yield items;
      }
      case MAP -> {
        var entries = new HashMap<String, @Nullable Object>();
        for (int i = random.nextInt(3); i > 0; i--) {
          entries.put("key" + i, of(schema.getValueType()));
        }
        yield entries;
      }
      case UNION -> {
        var known = schema.getTypes().stream().filter(this::known).toList();
        // Where readers know no branch the whole field is new, and they pass over it.
        var branches = known.isEmpty() ? schema.getTypes() : known;
        yield of(branches.get(random.nextInt(branches.size())));
      }
      case STRING -> "text " + random.nextInt(1000) + " \u00e9\uc548";
      case BYTES -> {
        var bytes = new byte[random.nextInt(40)];
        random.nextBytes(bytes);
        yield ByteBuffer.wrap(bytes);
      }
      case INT -> random.nextInt();
      case LONG -> random.nextLong();
      case DOUBLE -> random.nextDouble();
      case BOOLEAN -> random.nextBoolean();
      case NULL -> null;
      case FLOAT, FIXED -> throw new IllegalStateException("not used in sluice.avdl");
    };
  }

  /** Columns and ids have to fit each other. */
  private void pack(GenericData.Record record) {
    var jobs = new ArrayList<EndedJob>();
    for (int i = random.nextInt(3); i > 0; i--) {
      var status = EndedJobs.ENDINGS.get(random.nextInt(EndedJobs.ENDINGS.size()));
      var jobId = "job-" + random.nextInt(1000);
      jobs.add(
          new EndedJob(jobId, status, random.nextLong(), random.nextLong(), random.nextLong()));
    }
    var packed = EndedJobs.of(0, 0, jobs);
    record.put("columns", packed.columns());
    record.put("ids", packed.ids());
  }
}
