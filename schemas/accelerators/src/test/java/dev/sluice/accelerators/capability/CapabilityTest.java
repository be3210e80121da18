package dev.sluice.accelerators.capability;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.accelerators.capability.Requirements.MemoryNeed;
import dev.sluice.accelerators.capability.Requirements.Purpose;
import dev.sluice.accelerators.catalogue.AcceleratorModel;
import dev.sluice.accelerators.catalogue.Catalogue;
import dev.sluice.accelerators.catalogue.CatalogueFiles;
import dev.sluice.accelerators.catalogue.CatalogueResult;
import dev.sluice.accelerators.catalogue.CatalogueText;
import dev.sluice.accelerators.catalogue.NumberFormat;
import dev.sluice.accelerators.catalogue.Software;
import dev.sluice.accelerators.cost.CostModel;
import dev.sluice.accelerators.cost.ModelCosts;
import dev.sluice.accelerators.cost.Prediction;
import dev.sluice.accelerators.cost.Scenario;
import dev.sluice.accelerators.cost.Workload;
import dev.sluice.schemas.wire.Code;
import dev.sluice.schemas.wire.Reason;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is published to be lacking refuses a job, with numbers; what isn't published doesn't. */
class CapabilityTest {

  private static AcceleratorModel device(String id) {
    return CatalogueFiles.builtIn().find(id).orElseThrow();
  }

  private static AcceleratorModel acme(String fields) {
    var text =
        """
        vendor: Acme
        recorded: 2025-02-01
        sources: {sheet: Acme data sheet 7}
        software: {acme: {sdk: Acme SDK, accepts: [ONNX]}}
        accelerators:
          - id: acme-one
            name: One
            kind: npu
            training: {vendorSoftware: no, evidence: the manual}
            software: acme
        """;
    return switch (CatalogueFiles.builtIn()
        .with(List.of(new CatalogueText("acme.yaml", text + fields.indent(4))))) {
      case CatalogueResult.Sound(var catalogue) -> catalogue.find("acme-one").orElseThrow();
      case CatalogueResult.Invalid(var problems) -> throw new AssertionError(problems);
    };
  }

  private static Requirements needs(
      Purpose purpose, Set<NumberFormat> formats, @Nullable MemoryNeed memory, int devices) {
    return new Requirements(purpose, formats, memory, devices, null, 0, 0, 0);
  }

  private static List<String> objections(
      Purpose purpose, NumberFormat format, AcceleratorModel model) {
    return words(Capability.objections(needs(purpose, Set.of(format), null, 1), model));
  }

  private static List<String> memoryObjections(double bytes, int devices, AcceleratorModel model) {
    var need = new MemoryNeed(bytes, "weights");
    return words(
        Capability.objections(
            needs(Purpose.INFER, Set.of(NumberFormat.INT8), need, devices), model));
  }

  private static List<String> words(List<Reason> reasons) {
    return reasons.stream().map(Reason::what).toList();
  }

  @Test
  void programsTellWhatIsLackingApartByCodes() {
    var apart = needs(Purpose.TRAIN, Set.of(NumberFormat.FP32), new MemoryNeed(1e12, "weights"), 2);

    assertThat(Capability.objections(apart, device("furiosa-warboy")))
        .extracting(Reason::code)
        .containsExactly(
            Code.NO_TRAINING, Code.FORMAT_MISSING, Code.MEMORY_TOO_SMALL, Code.NO_INTERCONNECT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"google-tpu-v4", "google-tpu-v5e", "google-tpu-v5p", "google-tpu-v6e"})
  void nobodySaysThatATpuLacksSinglePrecisionSoItTrainsAndAnswersInIt(String id) {
    assertThat(objections(Purpose.TRAIN, NumberFormat.FP32, device(id))).isEmpty();
    assertThat(objections(Purpose.INFER, NumberFormat.FP32, device(id))).isEmpty();
    assertThat(Capability.rated(Set.of(NumberFormat.FP32), device(id)).map(NumberFormat::bits))
        .contains(16);
  }

  @ParameterizedTest
  @ValueSource(strings = {"qualcomm-ai100-std", "qualcomm-ai100-pro", "qualcomm-ai100-ultra"})
  void norThatAnAi100DoesButThatItLacksBf16Is(String id) {
    assertThat(objections(Purpose.INFER, NumberFormat.FP32, device(id))).isEmpty();
    assertThat(Capability.rated(Set.of(NumberFormat.FP32), device(id))).contains(NumberFormat.FP16);
    assertThat(objections(Purpose.INFER, NumberFormat.BF16, device(id)))
        .containsExactly(
            "The numbers are bf16, and %s computes in fp16, int8. A job of `kind: quantisation` makes"
                    .formatted(id)
                + " an int8 version of the model.");
  }

  @ParameterizedTest
  @EnumSource(value = NumberFormat.class, mode = EnumSource.Mode.EXCLUDE, names = "INT8")
  void aWarboyRefusesAllButInt8(NumberFormat format) {
    assertThat(objections(Purpose.INFER, format, device("furiosa-warboy")))
        .singleElement()
        .asString()
        .contains("furiosa-warboy computes in int8. ", "`kind: quantisation`");
    assertThat(objections(Purpose.INFER, NumberFormat.INT8, device("furiosa-warboy"))).isEmpty();
    assertThat(Capability.rated(Set.of(format), device("furiosa-warboy"))).isEmpty();
  }

  @Test
  void aWorkersOwnEnginesTakeTwoFormats() {
    assertThat(objections(Purpose.TRAIN, NumberFormat.FP32, Catalogue.HOST_CPU)).isEmpty();
    assertThat(objections(Purpose.INFER, NumberFormat.BF16, Catalogue.HOST_CPU))
        .singleElement()
        .asString()
        .contains("host-cpu computes in fp32, int8");
  }

  @ParameterizedTest
  @EnumSource(NumberFormat.class)
  void aDeviceOfWhichNoRateIsPublishedIsRefusedNothing(NumberFormat format) {
    assertThat(objections(Purpose.TRAIN, format, device("nvidia-h100-nvl"))).isEmpty();
    assertThat(Capability.rated(Set.of(format), device("nvidia-h100-nvl"))).isEmpty();
  }

  @Test
  void oneFormatOfSeveralThatMayBeTakenIsEnough() {
    var either = needs(Purpose.INFER, Set.of(NumberFormat.BF16, NumberFormat.FP32), null, 1);
    assertThat(Capability.objections(either, device("nvidia-t4"))).isEmpty();
    assertThat(objections(Purpose.INFER, NumberFormat.BF16, device("nvidia-t4"))).isNotEmpty();
    assertThat(objections(Purpose.INFER, NumberFormat.FP4, device("nvidia-t4"))).isEmpty();
  }

  @Test
  void memoryIsWhatIsLeftToAModelAndTheMessageSaysBoth() {
    assertThat(memoryObjections(21.6e9, 1, device("nvidia-l4"))).isEmpty();
    assertThat(memoryObjections(22e9, 1, device("nvidia-l4")))
        .containsExactly(
            "It needs 22.0 GB for weights, and nvidia-l4 has 24 GB, of which 21.6 GB are left to a"
                + " model.");
  }

  @Test
  void whatTheDriverLeavesCountsWhereItIsPublished() {
    // 15.7 GiB
    assertThat(memoryObjections(16.85e9, 1, device("rbln-atom"))).isEmpty();
    assertThat(memoryObjections(16.9e9, 1, device("rbln-atom")))
        .containsExactly(
            "It needs 16.9 GB for weights, and rbln-atom has 16 GB of 2^30 bytes, of which 15.7 are"
                + " left to a model (16.9 GB of 10^9 bytes).");
    var little = acme("memory: {gigabytes: 8, usableGibibytes: 4, source: sheet}");
    assertThat(memoryObjections(5e9, 1, little).getFirst())
        .endsWith("acme-one has 8 GB, of which 4.29 GB are left to a model.");
    var unsized = acme("memory: {usableGibibytes: 4, source: sheet}");
    assertThat(memoryObjections(5e9, 1, unsized).getFirst()).endsWith("4.29 GB for a model.");
  }

  @Test
  void admissionAndPredictionGoByTheSameMemory() {
    var bert = Workload.of(ModelCosts.builtIn().find("bert-large").orElseThrow());
    double bytes = bert.weightBytes(NumberFormat.FP32); // 1.36 GB
    for (double gigabytes : new double[] {1.5, 1.52}) {
      var device =
          acme(
              """
              peak: {fp32: 10, source: sheet}
              memory: {gigabytes: %s, gigabytesPerSecond: 100, source: sheet}
              """
                  .formatted(gigabytes));
      var admitted =
          Capability.objections(
                  needs(
                      Purpose.INFER,
                      Set.of(NumberFormat.FP32),
                      new MemoryNeed(bytes, "weights"),
                      1),
                  device)
              .isEmpty();
      var predicted =
          CostModel.builtIn()
              .predict(device, bert, Scenario.SINGLE_STREAM, Optional.of(NumberFormat.FP32), 1);
      assertThat(predicted instanceof Prediction.Predicted)
          .isEqualTo(admitted)
          .isEqualTo(gigabytes > 1.51);
    }
  }

  @Test
  void theLackOfAnInterconnectIsToldWhateverIsKnownOfTheMemory() {
    var unsized = acme("interconnect: {kind: none}");
    assertThat(memoryObjections(1e9, 2, unsized))
        .singleElement()
        .asString()
        .contains("spread over 2 devices", "acme-one has no interconnect");
    var unknown = needs(Purpose.INFER, Set.of(NumberFormat.INT8), null, 2);
    assertThat(Capability.objections(unknown, device("nvidia-t4"))).hasSize(1);
  }

  @Test
  void whatHasNoSoftwareIsNeitherAdmittedNorPredicted() {
    var bare =
        new AcceleratorModel(
            "bare",
            "Acme",
            "Bare",
            AcceleratorModel.Kind.GPU,
            device("nvidia-t4").rates(),
            device("nvidia-t4").onChip(),
            device("nvidia-t4").memory(),
            device("nvidia-t4").interconnect(),
            device("nvidia-t4").hostLink(),
            device("nvidia-t4").power(),
            device("nvidia-t4").product(),
            device("nvidia-t4").training(),
            Software.NONE,
            List.of(),
            List.of(),
            device("nvidia-t4").origin());
    var reason = "Inference is asked for, and bare has no software for it.";
    var resnet = Workload.of(ModelCosts.builtIn().find("resnet50").orElseThrow());

    assertThat(objections(Purpose.INFER, NumberFormat.INT8, bare)).containsExactly(reason);
    assertThat(CostModel.builtIn().predict(bare, resnet, Scenario.OFFLINE, Optional.empty(), 1))
        .isEqualTo(new Prediction.Impossible(List.of(reason)));
  }
}
