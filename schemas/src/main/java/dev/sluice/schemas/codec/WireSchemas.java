package dev.sluice.schemas.codec;

import dev.sluice.schemas.wire.ArtifactChunk;
import dev.sluice.schemas.wire.ArtifactNotice;
import dev.sluice.schemas.wire.CheckpointRecord;
import dev.sluice.schemas.wire.DeadLetter;
import dev.sluice.schemas.wire.EndedJobs;
import dev.sluice.schemas.wire.EndedPrediction;
import dev.sluice.schemas.wire.FoldedBlock;
import dev.sluice.schemas.wire.FoldedVector;
import dev.sluice.schemas.wire.GradientRecord;
import dev.sluice.schemas.wire.JobControl;
import dev.sluice.schemas.wire.JobFacts;
import dev.sluice.schemas.wire.JobRecord;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.ModelEntry;
import dev.sluice.schemas.wire.ModelVersion;
import dev.sluice.schemas.wire.ParameterBlock;
import dev.sluice.schemas.wire.ResultBatch;
import dev.sluice.schemas.wire.StateRecord;
import dev.sluice.schemas.wire.Task;
import dev.sluice.schemas.wire.WorkerHeartbeat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Protocol;
import org.apache.avro.Schema;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.idl.IdlReader;

/** The schemas of this build, read from {@code sluice.avdl}. */
public final class WireSchemas {

  /** What stands alone in a topic; every other record is part of one of these. */
  public static final List<Class<? extends Record>> MESSAGES =
      List.of(
          JobRecord.class,
          StateRecord.class,
          JobFacts.class,
          EndedJobs.class,
          JobControl.class,
          Task.class,
          GradientRecord.class,
          ParameterBlock.class,
          FoldedVector.class,
          FoldedBlock.class,
          CheckpointRecord.class,
          ResultBatch.class,
          EndedPrediction.class,
          WorkerHeartbeat.class,
          Lane.class,
          ModelEntry.class,
          ModelVersion.class,
          ArtifactChunk.class,
          ArtifactNotice.class,
          DeadLetter.class);

  private static final Protocol PROTOCOL = load();

  private static final Map<Long, Schema> BY_FINGERPRINT = index();

  private WireSchemas() {}

  /** Schema of a record or enum of the wire package. */
  static Schema of(Class<?> type) {
    var schema = PROTOCOL.getType(type.getName());
    if (schema == null) {
      throw new IllegalArgumentException(type.getName() + " is not in sluice.avdl");
    }
    return schema;
  }

  /** Schemas of all messages by their CRC-64-AVRO fingerprint. */
  public static Map<Long, Schema> byFingerprint() {
    return BY_FINGERPRINT;
  }

  private static Map<Long, Schema> index() {
    var schemas = new LinkedHashMap<Long, Schema>();
    for (var message : MESSAGES) {
      schemas.put(SchemaNormalization.parsingFingerprint64(of(message)), of(message));
    }
    return Map.copyOf(schemas);
  }

  private static Protocol load() {
    try (var idl = JobRecord.class.getResourceAsStream("sluice.avdl")) {
      if (idl == null) {
        throw new IllegalStateException("sluice.avdl is missing from the class path");
      }
      return new IdlReader().parse(idl).getProtocol();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
