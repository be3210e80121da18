package dev.sluice.deploy.quickstart;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What came out of a quickstart: the document of {@code --json}.
 *
 * @param model name of the model
 * @param version version that was registered, and that answered
 * @param testAccuracy share of held-out rows whose answer is the label, from the answers themselves
 * @param testRows held-out rows, each answered once
 * @param modelSha256 SHA-256 of the final parameters
 * @param onnxMaxDifference largest difference between the ONNX file's outputs and the training
 *     engine's, relative where outputs are large; null where it was not measured
 * @param workers workers at the start
 * @param steps optimizer steps
 * @param epochs passes over the training rows
 * @param samples samples trained on
 * @param samplesPerSecond while steps were taken
 * @param stepSeconds time in which steps were taken
 * @param trainSeconds from the training job's submission to its outcome
 * @param inferSeconds from the inference job's submission to its outcome
 * @param startSeconds until broker, services and workers were ready
 * @param totalSeconds all together
 * @param lanes the most that waited
 * @param engine engine fingerprint
 * @param trainingJob job id
 * @param inferenceJob job id
 * @param server the HTTP API
 * @param bootstrapServers the broker
 * @param workerPids process ids of the workers that are still there
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record Summary(
    String model,
    int version,
    double testAccuracy,
    long testRows,
    String modelSha256,
    @Nullable Double onnxMaxDifference,
    int workers,
    long steps,
    long epochs,
    long samples,
    double samplesPerSecond,
    double stepSeconds,
    double trainSeconds,
    double inferSeconds,
    double startSeconds,
    double totalSeconds,
    List<LanePeak> lanes,
    String engine,
    String trainingJob,
    String inferenceJob,
    String server,
    String bootstrapServers,
    List<Long> workerPids) {

  Summary {
    lanes = List.copyOf(lanes);
    workerPids = List.copyOf(workerPids);
  }

  /**
   * A lane's peak.
   *
   * @param lane lane
   * @param peakLag most tasks waiting in any sample
   */
  record LanePeak(String lane, long peakLag) {}
}
