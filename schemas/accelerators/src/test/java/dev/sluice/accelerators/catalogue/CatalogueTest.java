package dev.sluice.accelerators.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.sluice.accelerators.catalogue.AcceleratorModel.Kind;
import dev.sluice.accelerators.catalogue.Training.VendorSoftware;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** What ships: every device that was surveyed, with its figures, its gaps and its sources. */
class CatalogueTest {

  private static final Catalogue CATALOGUE = CatalogueFiles.builtIn();

  static final List<AcceleratorModel> SURVEYED =
      CATALOGUE.all().stream().filter(model -> model.origin().line() > 0).toList();

  private static AcceleratorModel model(String id) {
    return CATALOGUE.find(id).orElseThrow();
  }

  @Test
  void everySurveyedDeviceIsThere() {
    assertThat(CATALOGUE.ids())
        .containsExactly(
            "amd-mi250x",
            "amd-mi300x",
            "amd-mi325x",
            "aws-inferentia2",
            "aws-trainium1",
            "aws-trainium2",
            "cpu-xeon-8480+",
            "furiosa-rngd",
            "furiosa-warboy",
            "google-tpu-v4",
            "google-tpu-v5e",
            "google-tpu-v5p",
            "google-tpu-v6e",
            "host-cpu",
            "intel-gaudi2",
            "intel-gaudi3",
            "nvidia-a100-pcie-40gb",
            "nvidia-a100-pcie-80gb",
            "nvidia-a100-sxm-40gb",
            "nvidia-a100-sxm-80gb",
            "nvidia-a30",
            "nvidia-b200-sxm",
            "nvidia-gb200",
            "nvidia-gh200-144gb",
            "nvidia-gh200-96gb",
            "nvidia-h100-nvl",
            "nvidia-h100-pcie",
            "nvidia-h100-sxm",
            "nvidia-h200-sxm",
            "nvidia-l4",
            "nvidia-l40s",
            "nvidia-t4",
            "qualcomm-ai100-pro",
            "qualcomm-ai100-std",
            "qualcomm-ai100-ultra",
            "rbln-atom",
            "rbln-atom-max",
            "rbln-rebel-quad");
  }

  @Test
  void anAtomHasFloatingPointAndLacksTrainingSoftwareHbmAndAnInterconnect() {
    var atom = model("rbln-atom");

    assertThat(atom.peaks())
        .isEqualTo(
            Map.of(NumberFormat.FP16, 32.0, NumberFormat.INT8, 128.0, NumberFormat.INT4, 256.0));
    assertThat(atom.formats()).contains(NumberFormat.FP32, NumberFormat.BF16);
    assertThat(atom.trains()).isFalse();
    assertThat(atom.infers()).isTrue();
    assertThat(atom.memory().kind()).isEqualTo("GDDR6");
    assertThat(atom.memory().memoryClass()).contains(MemoryClass.GDDR);
    assertThat(atom.memory().gigabytes()).isEqualTo(16);
    assertThat(atom.memory().gigabytesPerSecond()).isEqualTo(256);
    assertThat(atom.interconnect().isNone()).isTrue();
    assertThat(atom.power().tdpWatts()).isNull();
    assertThat(atom.power().leastWatts()).isEqualTo(60);
    assertThat(atom.power().mostWatts()).isEqualTo(130);
  }

  @Test
  void theNewspapersMistakeAboutTheAtomIsKeptBesideWhatIsRight() {
    var floating = model("rbln-atom").disagreements().getFirst();

    assertThat(floating.claims()).hasSize(2);
    assertThat(floating.claims().getLast().says()).contains("lacks \"FP operation units\"");
    assertThat(floating.claims().getLast().sources().getFirst().text())
        .contains("womaneconomy.co.kr");
    assertThat(floating.choice()).contains("FP16 units, 32 TFLOPS");
    assertThat(floating.because()).contains("training software, HBM and an interconnect");
  }

  @Test
  void aWarboyTakesOnlyWholeNumbers() {
    var warboy = model("furiosa-warboy");

    assertThat(warboy.peaks()).isEqualTo(Map.of(NumberFormat.INT8, 64.0));
    assertThat(warboy.formats()).containsExactly(NumberFormat.INT8);
    assertThat(warboy.rates().unsupported())
        .containsKeys(NumberFormat.FP16, NumberFormat.BF16)
        .containsEntry(NumberFormat.FP32, "on the NPU; unsupported operators run on the host CPU");
    assertThat(warboy.memory().gigabytesMax()).isEqualTo(32);
    assertThat(warboy.product().clockGigahertz()).isEqualTo(2);
  }

  @Test
  void anH100TrainsAndHasItsDenseRates() {
    var h100 = model("nvidia-h100-sxm");

    assertThat(h100.kind()).isEqualTo(Kind.GPU);
    assertThat(h100.trains()).isTrue();
    assertThat(h100.peak(NumberFormat.BF16)).hasValue(989);
    assertThat(h100.peak(NumberFormat.FP8)).hasValue(1979);
    assertThat(h100.peak(NumberFormat.FP64)).isEmpty();
    assertThat(h100.memory().gigabytesPerSecond()).isEqualTo(3350);
    assertThat(h100.interconnect().totalGigabytesPerSecond()).isEqualTo(900);
    assertThat(h100.interconnect().unidirectionalGigabytesPerSecond()).isEqualTo(450);
    assertThat(h100.hostLink().gigabytesPerSecond()).isEqualTo(63);
    assertThat(h100.power().tdpWatts()).isEqualTo(700);
    assertThat(h100.measured())
        .extracting(Measurement::name, Measurement::value)
        .contains(tuple("matmul-bf16", 794.5));
  }

  @Test
  void whatIsNotPublishedIsNotGuessed() {
    assertThat(model("nvidia-h100-nvl").peaks()).isEmpty();
    assertThat(model("nvidia-a30").interconnect().kind()).isNull();
    assertThat(model("nvidia-a30").hostLink().kind()).isNull();
    assertThat(model("google-tpu-v5e").power()).isEqualTo(Power.UNKNOWN);
    assertThat(model("amd-mi250x").onChip()).isEqualTo(OnChipMemory.UNKNOWN);
  }

  @Test
  void nobodySaysWhetherInferentiaTrainsSoNothingCountsOnIt() {
    var inferentia = model("aws-inferentia2");

    assertThat(inferentia.training().vendorSoftware()).isEqualTo(VendorSoftware.UNKNOWN);
    assertThat(inferentia.trains()).isFalse();
    assertThat(inferentia.infers()).isTrue();
  }

  @Test
  void bothSidesOfADisagreementAreKept() {
    assertThat(model("intel-gaudi3").disagreements().getFirst().claims())
        .extracting(Disagreement.Claim::says)
        .anyMatch(says -> says.contains("1835"))
        .anyMatch(says -> says.contains("1677"));
    assertThat(model("furiosa-rngd").power().tdpWatts()).isEqualTo(180);
    assertThat(model("furiosa-rngd").disagreements().getFirst().claims())
        .extracting(Disagreement.Claim::says)
        .containsExactly("150 W", "180 W");
  }

  @Test
  void usableMemoryIsKeptAsPrintedAndToldInBothUnits() {
    var memory = model("rbln-rebel-quad").memory();

    assertThat(memory.usableGibibytes()).isEqualTo(140);
    assertThat(memory.usableGigabytes()).isEqualTo(140 * 1.073741824);
  }

  @ParameterizedTest
  @FieldSource("SURVEYED")
  void everyFigureLeadsToASourceAndADay(AcceleratorModel model) {
    assertThat(model.origin().recorded()).isNotNull();
    assertThat(model.training().evidence()).isNotBlank();
    if (!model.peaks().isEmpty()) {
      assertSourced("peak rates", model.rates().evidence());
    }
    if (model.onChip().megabytes() != null) {
      assertSourced("on-chip memory", model.onChip().evidence());
    }
    assertSourced("memory", model.memory().evidence());
    if (model.interconnect().totalGigabytesPerSecond() != null) {
      assertSourced("interconnect", model.interconnect().evidence());
    }
    if (model.hostLink().gigabytesPerSecond() != null) {
      assertSourced("host link", model.hostLink().evidence());
    }
    if (Stream.of(model.power().tdpWatts(), model.power().mostWatts()).anyMatch(w -> w != null)) {
      assertSourced("power", model.power().evidence());
    }
    assertThat(model.measured()).allSatisfy(m -> assertThat(m.sources()).isNotEmpty());
    assertThat(model.disagreements())
        .allSatisfy(
            disagreement -> {
              assertThat(disagreement.claims()).hasSizeGreaterThan(1);
              assertThat(disagreement.because()).isNotBlank();
            });
  }

  private static void assertSourced(String group, Evidence evidence) {
    assertThat(evidence.sources()).as(group).isNotEmpty();
    assertThat(evidence.sources()).as(group).allSatisfy(s -> assertThat(s.text()).isNotBlank());
  }

  @ParameterizedTest
  @FieldSource("SURVEYED")
  void everyDeviceSaysWhatItAcceptsAndWhatItsMemoryIs(AcceleratorModel model) {
    assertThat(model.infers()).isTrue();
    assertThat(model.memory().memoryClass()).isPresent();
    if (!model.id().equals("nvidia-h100-nvl")) { // whose rates are not published
      assertThat(model.formats()).isNotEmpty();
    }
  }

  @Test
  void theProcessorOfAWorkerDoesEverythingAtAnUnknownRate() {
    var host = model("host-cpu");

    assertThat(host).isSameAs(Catalogue.HOST_CPU);
    assertThat(host.trains() && host.infers()).isTrue();
    assertThat(host.formats()).containsExactly(NumberFormat.FP32, NumberFormat.INT8);
    assertThat(host.peaks()).isEmpty();
  }

  @Test
  void anUnknownIdGetsTheNearestNames() {
    assertThat(CATALOGUE.find("rbln-atm")).isEmpty();
    assertThat(CATALOGUE.nearest("rbln-atm")).isEqualTo("Did you mean 'rbln-atom'? ");
    assertThat(CATALOGUE.nearest("h100"))
        .isEqualTo("Did you mean 'nvidia-h100-nvl' or 'nvidia-h100-pcie' or 'nvidia-h100-sxm'? ");
    assertThat(CATALOGUE.nearest("zzzzzz")).isEmpty();
  }
}
