package dev.sluice.coordinator.placement;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.accelerators.capability.JobNeeds;
import dev.sluice.accelerators.capability.Requirements;
import dev.sluice.accelerators.catalogue.CatalogueFiles;
import dev.sluice.accelerators.catalogue.NumberFormat;
import dev.sluice.coordinator.ledger.Specs;
import dev.sluice.schemas.wire.Aim;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.Forecast;
import dev.sluice.schemas.wire.JobSpec;
import dev.sluice.schemas.wire.Lane;
import dev.sluice.schemas.wire.LaneVerdict;
import dev.sluice.schemas.wire.PlacementWishes;
import dev.sluice.schemas.wire.Reason;
import dev.sluice.schemas.wire.Verdict;
import dev.sluice.schemas.wire.WorkerHeartbeat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Devices of the shipped catalogue are refused for what they lack, and for nothing else. */
class AdmissionTest {

  private final Admission admission = new Admission(CatalogueFiles.builtIn(), Aim.FINISH);

  private List<String> reasons(String accelerator) {
    return verdict(Specs.training(10, 4, null), accelerator).reasons().stream()
        .map(Reason::what)
        .toList();
  }

  private LaneVerdict verdict(JobSpec spec, String accelerator) {
    return judge(
            spec,
            JobNeeds.of(spec.work(), JobNeeds.Known.NOTHING),
            Fleet.EMPTY,
            new Lane("lane", accelerator, 0, 1))
        .stream()
        .filter(verdict -> verdict.lane().equals("lane"))
        .findFirst()
        .orElseThrow();
  }

  private List<LaneVerdict> judge(JobSpec spec, Requirements needs, Fleet fleet, Lane... lanes) {
    return admission.judge(new Admission.Question(spec, needs, ""), List.of(lanes), fleet);
  }

  private static JobSpec wishing(List<String> lanes, PlacementWishes wishes) {
    var spec = Specs.training(10, 4, null);
    return new JobSpec(
        spec.tenant(),
        spec.name(),
        spec.priority(),
        lanes,
        spec.unplaceable(),
        spec.work(),
        wishes);
  }

  private static WorkerHeartbeat worker(
      String id, String lane, String accelerator, int running, double taskSeconds) {
    return new WorkerHeartbeat(
        id,
        lane,
        accelerator,
        !accelerator.equals("host-cpu"),
        "e",
        "",
        0,
        running,
        List.of(),
        0,
        0,
        0,
        false,
        taskSeconds,
        "",
        -1);
  }

  private static Requirements inference(Set<NumberFormat> formats, double bytes) {
    return new Requirements(
        Requirements.Purpose.INFER,
        formats,
        new Requirements.MemoryNeed(bytes, "parameters and activations"),
        1,
        null,
        1,
        1,
        1);
  }

  @Test
  void memoryThatADeviceDoesNotHaveIsARefusalInNumbers() {
    var spec = Specs.training(10, 4, null);
    var needs = inference(Set.of(NumberFormat.INT8), 21.3e9);
    var verdicts =
        judge(
            spec,
            needs,
            Fleet.EMPTY,
            new Lane("atom", "rbln-atom", 0, 1),
            new Lane("gpu", "nvidia-a100-sxm-80gb", 0, 1));
    assertThat(verdicts.get(0).reasons())
        .extracting(Reason::what)
        .containsExactly(
            "It needs 21.3 GB for parameters and activations, and rbln-atom has 16 GB of 2^30"
                + " bytes, of which 15.7 are left to a model (16.9 GB of 10^9 bytes).");
    assertThat(verdicts.get(1).verdict()).isEqualTo(Verdict.CHOSEN);
  }

  @Test
  void whatIsSpreadOverDevicesNeedsAnInterconnect() {
    var spec = Specs.training(10, 4, null);
    var needs =
        new Requirements(
            Requirements.Purpose.INFER,
            Set.of(NumberFormat.INT8),
            new Requirements.MemoryNeed(69e9, "weights"),
            8,
            null,
            1,
            1,
            1);
    var verdicts =
        judge(
            spec,
            needs,
            Fleet.EMPTY,
            new Lane("gpu", "nvidia-h100-sxm", 0, 1),
            new Lane("npu", "furiosa-warboy", 0, 1));
    assertThat(verdicts.get(0).reasons()).isEmpty();
    assertThat(verdicts.get(1).reasons())
        .extracting(Reason::what)
        .singleElement()
        .asString()
        .contains("8 devices", "furiosa-warboy has no interconnect");
  }

  @Test
  void anInt8OnlyDeviceSaysHowToGetThere() {
    var verdicts =
        judge(
            Specs.training(10, 4, null),
            inference(Set.of(NumberFormat.FP32), 1e6),
            Fleet.EMPTY,
            new Lane("npu", "furiosa-warboy", 0, 1));
    assertThat(verdicts.getFirst().reasons().getFirst().what())
        .contains("computes in int8", "`kind: quantisation`");
  }

  @Test
  void aLaneThatNobodyHasDeclaredIsSaidToBeUnknownWithTheNearestName() {
    var wishes = new PlacementWishes(List.of("lame"), false, null);
    var verdicts =
        judge(
            wishing(List.of("cpu"), wishes),
            JobNeeds.of(wishing(List.of(), wishes).work(), JobNeeds.Known.NOTHING),
            Fleet.EMPTY,
            new Lane("lane", "host-cpu", 0, 1));
    assertThat(verdicts).extracting(LaneVerdict::lane).containsExactly("cpu", "lame", "lane");
    assertThat(verdicts.get(0).reasons().getFirst().code()).isEqualTo(Code.NO_SUCH_LANE);
    assertThat(verdicts.get(0).reasons().getFirst().what())
        .startsWith("The job asks for this lane, and no worker has declared it. `sluice lanes`");
    assertThat(verdicts.get(1).verdict()).isEqualTo(Verdict.IMPOSSIBLE);
    assertThat(verdicts.get(1).reasons().getFirst().what())
        .startsWith(
            "The job rules out this lane, and no worker has declared it. Did you mean 'lane'?");
  }

  @Test
  void wishesRuleLanesOut() {
    var notThis = new PlacementWishes(List.of("lane"), false, null);
    assertThat(verdict(wishing(List.of(), notThis), "host-cpu").reasons())
        .containsExactly(new Reason(Code.LANE_NOT_WANTED, "The job rules this lane out."));
    assertThat(verdict(wishing(List.of("other"), PlacementWishes.NONE), "host-cpu").reasons())
        .containsExactly(new Reason(Code.LANE_NOT_WANTED, "The job asks for other only."));
    var measured = new PlacementWishes(List.of(), true, null);
    assertThat(verdict(wishing(List.of(), measured), "host-cpu").reasons()).isEmpty();
    assertThat(verdict(wishing(List.of(), measured), "nvidia-h100-sxm").reasons())
        .extracting(Reason::code)
        .containsExactly(Code.NOT_MEASURED);
  }

  @Test
  void theLaneThatIsFreeFirstIsChosenWhereNothingElseIsKnown() {
    var spec = Specs.training(10, 4, null);
    var needs = JobNeeds.of(spec.work(), JobNeeds.Known.NOTHING);
    var fleet =
        new Fleet(
            List.of(worker("a", "a", "host-cpu", 1, 2.0), worker("b", "b", "host-cpu", 1, 2.0)),
            Map.of("a", 10L, "b", 3L),
            7);
    var verdicts =
        judge(
            spec,
            needs,
            fleet,
            new Lane("a", "host-cpu", 0, 1),
            new Lane("b", "host-cpu", 0, 1),
            new Lane("empty", "host-cpu", 0, 1));
    assertThat(Admission.chosen(verdicts)).contains("b");
    assertThat(verdicts.get(1).forecast()).isEqualTo(new Forecast(5.0, null, null, ""));
    // Hardware that is not there yet is no help now.
    assertThat(verdicts.get(2).forecast()).isEqualTo(Forecast.UNKNOWN);
  }

  @Test
  void anAtomLacksTrainingSoftwareAndNotFloatingPoint() {
    assertThat(reasons("rbln-atom"))
        .containsExactly("Training is asked for, and there is no training software for rbln-atom.");
  }

  @Test
  void aWarboyLacksBoth() {
    assertThat(reasons("furiosa-warboy"))
        .hasSize(2)
        .contains("The numbers are fp32, and furiosa-warboy computes in int8.");
  }

  @Test
  void whereNobodySaysWhetherItTrainsTheReasonSaysSo() {
    assertThat(reasons("aws-inferentia2").getFirst())
        .contains("there is no published training software for aws-inferentia2");
  }

  @Test
  void aTpuTrainsThoughNobodyPublishesThatItTakesSinglePrecision() {
    assertThat(reasons("google-tpu-v4")).isEmpty();
  }

  @Test
  void aGpuTrains() {
    assertThat(reasons("nvidia-h100-sxm")).isEmpty();
  }

  @Test
  void whatIsNotPublishedRefusesNothing() {
    // No rate of any format is published of it.
    assertThat(reasons("nvidia-h100-nvl")).isEmpty();
  }

  @Test
  void anUnknownModelGetsTheNearestNames() {
    assertThat(reasons("nvidia-h100-smx").getFirst())
        .contains("is not in the catalogue. Did you mean 'nvidia-h100-sxm'?");
  }
}
