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
 * @param lanes the most that waited in each lane
 * @param engine engine fingerprint
 * @param trainingJob job id
 * @param inferenceJob job id
 * @param server the HTTP API
 * @param bootstrapServers the broker
 * @param workerPids process ids of the workers that are still there
 * @param rehearsal what the modelled devices did, and would not do
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
    List<Long> workerPids,
    Rehearsal rehearsal) {

  Summary {
    lanes = List.copyOf(lanes);
    workerPids = List.copyOf(workerPids);
  }

  /**
   * A fleet that is not there, rehearsed: real arithmetic on this machine's processor under each
   * device's constraints; times and energies of the devices are modelled.
   *
   * @param devices jobs and the devices that they ran on
   * @param int8AccuracyChange accuracy of the int8 version less that of the trained one
   * @param refused why the inference-only lanes would not train
   */
  record Rehearsal(List<Device> devices, double int8AccuracyChange, List<Refusal> refused) {
    Rehearsal {
      devices = List.copyOf(devices);
      refused = List.copyOf(refused);
    }
  }

  /**
   * A job on a modelled device.
   *
   * @param job training or inference
   * @param lane its lane
   * @param accelerator the device
   * @param format number format of the model
   * @param accuracy share of right answers; absent in training
   * @param measuredSeconds compute time on this machine's processor, summed over workers
   * @param modelledSeconds what the device would have taken; absent where it can't be predicted
   * @param modelledJoules energy that it would have taken at most; absent where its power is not
   *     published
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Device(
      String job,
      String lane,
      String accelerator,
      String format,
      @Nullable Double accuracy,
      double measuredSeconds,
      @Nullable Double modelledSeconds,
      @Nullable Double modelledJoules) {}

  /**
   * A lane that would not.
   *
   * @param lane the lane
   * @param reasons all that it lacks
   */
  record Refusal(String lane, List<String> reasons) {
    Refusal {
      reasons = List.copyOf(reasons);
    }
  }

  /**
   * A lane's peak.
   *
   * @param lane lane
   * @param peakLag most tasks waiting in any sample
   */
  record LanePeak(String lane, long peakLag) {}
}
