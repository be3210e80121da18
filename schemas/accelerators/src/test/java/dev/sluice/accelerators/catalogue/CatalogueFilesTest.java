package dev.sluice.accelerators.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.schemas.wire.Cause;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Operators' files: sound ones add models, and of others every mistake has its file and line. */
class CatalogueFilesTest {

  private static final String SOUND =
      """
      vendor: Acme
      recorded: 2025-12-01
      sources:
        sheet: Acme data sheet 7
        lab: {text: our own bench, read: 2025-12-02}
      software:
        acme: {sdk: Acme SDK, accepts: [ONNX], links: {python: acme.run}}
      accelerators:
        - id: acme-one
          name: One
          kind: npu
          training: {vendorSoftware: no, evidence: the manual}
          software: acme
          peak: {fp16: 10.5, int8: 20, source: [sheet, lab]}
          rateUnpublished: [bf16]
          unsupported: [fp8, fp64: emulated]
          memory: {kind: LPDDR5, gigabytes: 8, gigabytesPerSecond: null, source: sheet}
          power: {leastWatts: 5, mostWatts: 9, source: sheet}
          interconnect: {kind: AcmeLink, joins: 4, source: sheet}
      """;

  @TempDir Path folder = Path.of("");

  private static List<Cause> problems(String text) {
    return problems(CatalogueFiles.builtIn().with(List.of(new CatalogueText("acme.yaml", text))));
  }

  private static List<Cause> problems(CatalogueResult result) {
    return switch (result) {
      case CatalogueResult.Sound sound -> throw new AssertionError("no problem was found");
      case CatalogueResult.Invalid(var problems) -> problems;
    };
  }

  private static Catalogue sound(CatalogueResult result) {
    return switch (result) {
      case CatalogueResult.Sound(var catalogue) -> catalogue;
      case CatalogueResult.Invalid(var problems) -> throw new AssertionError(problems.toString());
    };
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  @Test
  void anOperatorsModelStandsBesideThoseThatShip() throws Exception {
    var catalogue = sound(CatalogueFiles.load(List.of(write("acme.yaml", SOUND))));
    var one = catalogue.find("acme-one").orElseThrow();

    assertThat(catalogue.find("rbln-atom")).isPresent();
    assertThat(one.vendor()).isEqualTo("Acme");
    assertThat(one.peak(NumberFormat.FP16)).hasValue(10.5);
    assertThat(one.formats())
        .containsExactly(NumberFormat.FP16, NumberFormat.BF16, NumberFormat.INT8);
    assertThat(one.rates().unsupported())
        .containsEntry(NumberFormat.FP8, "")
        .containsEntry(NumberFormat.FP64, "emulated");
    assertThat(one.rates().evidence().sources().getLast().read()).isEqualTo("2025-12-02");
    assertThat(one.memory().gigabytesPerSecond()).isNull();
    assertThat(one.power().tdpWatts()).isNull();
    assertThat(one.origin().line()).isEqualTo(9);
    assertThat(one.origin().recorded()).isEqualTo("2025-12-01");
  }

  @Test
  void aDirectoryMeansItsCatalogueFiles() throws Exception {
    write("one.yaml", SOUND);
    write("two.json", json("acme-two"));
    write("notes.txt", "not a catalogue file");

    assertThat(sound(CatalogueFiles.load(List.of(folder))).ids()).contains("acme-one", "acme-two");
  }

  private static String json(String id) {
    return """
    {"vendor": "Acme", "recorded": "2025-12-01", "accelerators": [
      {"id": "%s", "name": "Two", "kind": "gpu",
       "training": {"vendorSoftware": "yes", "evidence": "the manual"}}]}
    """
        .formatted(id);
  }

  @Test
  void theSameIdTwiceNamesBothPlaces() throws Exception {
    var first = write("a.yaml", SOUND);
    var second = write("b.json", json("acme-one"));
    var problems = problems(CatalogueFiles.load(List.of(first, second)));

    assertThat(problems).hasSize(1);
    assertThat(problems.getFirst().where()).isEqualTo(second + ", line 2: accelerators[0].id");
    assertThat(problems.getFirst().why()).contains("One in " + first + ", line 9");
  }

  @Test
  void aShippedIdCannotBeTaken() throws Exception {
    var problem =
        problems(CatalogueFiles.load(List.of(write("a.json", json("rbln-atom"))))).getFirst();

    assertThat(problem.what()).isEqualTo("The id rbln-atom is taken.");
    assertThat(problem.why()).contains("rebellions.yaml, line ");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          int8: 20                | int8: -20            | 14 | .peak.int8     | A peak rate is -20
          int8: 20                | int8: 0              | 14 | .peak.int8     | more than 0
          int8: 20                | int8: 20000000       | 14 | .peak.int8     | at most 1000000
          int8: 20                | int8: fast           | 14 | .peak.int8     | the text 'fast'
          int8: 20                | imt8: 20             | 14 | .peak.imt8     | Did you mean 'int8'?
          gigabytes: 8            | gigabytes: 8e+9      | 17 | .memory.gigabytes | at most 100000 GB
          mostWatts: 9            | mostWatts: 900000    | 18 | .power.mostWatts | at most 100000 W
          leastWatts: 5           | leastWatts: 50       | 18 | .power.leastWatts | upside down
          leastWatts: 5,          | ''                   | 18 | .power.leastWatts | one end
          rateUnpublished: [bf16] | rateUnpublished: [bf61] | 15 | .rateUnpublished[0] | 'bf16'
          rateUnpublished: [bf16] | rateUnpublished: [int8] | 15 | .rateUnpublished[0] | twice
          unsupported: [fp8,      | unsupported: [bf16,  | 16 | .unsupported[0] | twice
          kind: npu               | kind: nppu           | 11 | .kind          | Did you mean 'npu'?
          id: acme-one            | id: Acme One         | 9  | .id            | can't be an id
          id: acme-one            | ''                   | 10 | .id            | is missing
          vendorSoftware: no      | vendorSoftware: maybe | 12 | .training.vendorSoftware | unknown
          evidence: the manual    | ''                   | 12 | .training.evidence | is missing
          software: acme          | software: acne       | 13 | .software      | 'acme'
          '[sheet, lab]'          | '[sheet, lap]'       | 14 | .peak.source[1] | 'lab'
          ', source: [sheet, lab]'| ''                   | 14 | .peak.source   | without a source
          joins: 4                | joins: 1             | 19 | .interconnect.joins | joins 1 devices
          joins: 4                | 'joins: 4, direction: upwards' | 19 | .interconnect.direction | unidirectional
          joins: 4                | 'totalGigabytesPerSecond: 9, unidirectionalGigabytesPerSecond: 10' | 19 | .interconnect.unidirectionalGigabytesPerSecond | total of 9 GB/s
          kind: AcmeLink          | kind: none           | 19 | .interconnect.kind | has figures
          kind: LPDDR5            | kind: MRAM           | 17 | .memory.kind   | HBM, GDDR, LPDDR, DDR
          gigabytes: 8            | 'gigabytes: 8, gigabytesMax: 7' | 17 | .memory.gigabytesMax | smaller
          gigabytes: 8            | 'gigabytes: 8, usableGibibytes: 8.5' | 17 | .memory.usableGibibytes | size of 8 GB
          mostWatts: 9            | 'mostWatts: 9, scope: rack' | 18 | .power.scope | module
          gigabytesPerSecond      | gigabytePerSecond    | 17 | .memory.gigabytePerSecond | mean
          """)
  void aMistakeInAModelIsToldWithFileLineAndRemedy(
      String sound, String wrong, int line, String path, String message) {
    assertThat(SOUND).contains(sound);
    // The first of them that stands in the list of accelerators.
    int at = SOUND.indexOf(sound, SOUND.indexOf("accelerators:"));
    var text = SOUND.substring(0, at) + wrong + SOUND.substring(at + sound.length());
    if (path.equals(".memory.gigabytePerSecond")) {
      text = text.replace("gigabytePerSecond: null", "gigabytePerSecond: 3");
    }
    var problems = problems(text);

    assertThat(problems.getFirst().where())
        .isEqualTo("acme.yaml, line " + line + ": accelerators[0]" + path);
    assertThat(problems.getFirst().toString()).contains(message);
    assertThat(problems.getFirst().mend()).isNotBlank();
  }

  @ParameterizedTest
  @CsvSource({
    "86.9, percent, value, share of the peak",
    "1.01, of peak, value, at most 1",
    "0, of peak, value, more than 0",
    "0.869, percent, unit, 'percent'",
    "0.869, '', unit, is missing"
  })
  void aMeasuredShareOfThePeakIsOne(String value, String unit, String field, String message) {
    var measured =
        "    measured: [{name: matmul-bf16-efficiency, value: %s, unit: '%s', source: sheet}]\n"
            .formatted(value, unit);
    var problems = problems(SOUND + measured);

    assertThat(problems.getFirst().where())
        .isEqualTo("acme.yaml, line 20: accelerators[0].measured[0]." + field);
    assertThat(problems.getFirst().toString()).contains(message);
    assertThatThrownBy(
            () -> new Measurement(Measurement.MATMUL_BF16, 86.9, "percent", "", List.of()))
        .hasMessageContaining("at most 1");
  }

  @Test
  void aDayThatIsYetToComeIsNoDayOfRecord() throws Exception {
    var file = write("acme.yaml", SOUND);
    var day = LocalDate.parse("2025-12-01");

    sound(CatalogueFiles.load(CatalogueFiles.builtIn(), List.of(file), day));
    var problem =
        problems(CatalogueFiles.load(CatalogueFiles.builtIn(), List.of(file), day.minusDays(1)))
            .getFirst();
    assertThat(problem.where()).isEqualTo(file + ", line 2: recorded");
    assertThat(problem.why()).isEqualTo("That day is yet to come.");
  }

  @Test
  void aFileThatListsNoAcceleratorSaysSo() {
    var head = SOUND.substring(0, SOUND.indexOf("accelerators:"));
    for (var list : List.of("accelerators:", "accelerators: []", "accelerators: null")) {
      assertThat(problems(head + list + "\n"))
          .singleElement()
          .satisfies(
              problem -> {
                assertThat(problem.where()).isEqualTo("acme.yaml, line 8: accelerators");
                assertThat(problem.what()).contains("no accelerator under `accelerators:`");
              });
    }
  }

  @Test
  void usableMemoryMayBeAsManyGibibytesAsTheVendorPrintsGigabytes() {
    var text = SOUND.replace("gigabytes: 8", "gigabytes: 8, usableGibibytes: 8");
    sound(CatalogueFiles.builtIn().with(List.of(new CatalogueText("acme.yaml", text))));
    var larger =
        SOUND.replace("gigabytes: 8", "gigabytes: 8, gigabytesMax: 16, usableGibibytes: 15");
    sound(CatalogueFiles.builtIn().with(List.of(new CatalogueText("acme.yaml", larger))));
  }

  @Test
  void anInfiniteRateIsNoNumber() {
    var problem = problems(SOUND.replace("int8: 20", "int8: .inf")).getFirst();

    assertThat(problem.where()).startsWith("acme.yaml, line 14");
    assertThat(problem.what()).isEqualTo("This is not a number.");
  }

  @Test
  void mistakesAroundTheModelsAreToldAsWell() {
    assertThat(problems(SOUND.replace("2025-12-01", "yesterday")).getFirst().where())
        .isEqualTo("acme.yaml, line 2: recorded");
    assertThat(problems(SOUND.replace("2025-12-02", "2025-13-02")).getFirst().where())
        .isEqualTo("acme.yaml, line 5: sources.lab.read");
    assertThat(problems(SOUND.replace("vendor: Acme\n", "")).getFirst().what())
        .isEqualTo("The field vendor is missing.");
    assertThat(problems(SOUND + "accelerator: []\n").getFirst().mend())
        .startsWith("Did you mean 'accelerators'?");
    assertThat(problems("").getFirst().what()).isEqualTo("The catalogue file is empty.");
    assertThat(problems("vendor: [\n").getFirst().where()).startsWith("acme.yaml, line ");
    assertThat(problems("vendor: Acme\n").toString()).contains("accelerators is missing");
  }

  @Test
  void everyMistakeOfEveryFileIsToldAtOnce() {
    var bad = SOUND.replace("int8: 20", "int8: -1").replace("gigabytes: 8", "gigabytes: -8");
    var result =
        CatalogueFiles.builtIn()
            .with(List.of(new CatalogueText("a.yaml", bad), new CatalogueText("b.yaml", "[]")));

    assertThat(problems(result))
        .extracting(Cause::where)
        .contains(
            "a.yaml, line 14: accelerators[0].peak.int8",
            "a.yaml, line 17: accelerators[0].memory.gigabytes",
            "b.yaml");
  }

  @Test
  void aFileThatCannotBeReadIsNamed() throws Exception {
    var missing = folder.resolve("missing.yaml");
    var binary = Files.write(folder.resolve("binary.yaml"), new byte[] {(byte) 0xff, (byte) 0xfe});
    var problems = problems(CatalogueFiles.load(List.of(missing, binary)));

    assertThat(problems.getFirst().what()).isEqualTo("There is no file " + missing + ".");
    assertThat(problems.getLast().what()).isEqualTo("The catalogue file is UTF-16LE text.");
  }

  @Test
  void aListOfPathsIsSplitAsThePlatformDoes() {
    assertThat(CatalogueFiles.paths("a.yaml" + File.pathSeparator + "dir" + File.pathSeparator))
        .containsExactly(Path.of("a.yaml"), Path.of("dir"));
    assertThat(CatalogueFiles.paths("")).isEmpty();
  }

  @Test
  void theFileOnTheModulesPageIsSound() throws Exception {
    var page = Files.readString(Path.of("README.md"));
    int start = page.indexOf("```yaml\n") + "```yaml\n".length();
    var example = page.substring(start, page.indexOf("```", start));
    var catalogue = CatalogueFiles.builtIn().with(List.of(new CatalogueText("README.md", example)));

    assertThat(sound(catalogue).find("acme-one").orElseThrow().onChip().megabytes()).isEqualTo(16);
  }

  @Test
  void codeCannotMakeAnAbsurdModelEither() {
    assertThatThrownBy(() -> new HostLink("PCIe", -1.0, Evidence.NONE))
        .hasMessageContaining("The bandwidth of a link is -1 GB/s. It must be more than 0");
    assertThatThrownBy(() -> new Power(null, 5.0, null, Power.Scope.DEVICE, Evidence.NONE))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Catalogue(List.of(Catalogue.HOST_CPU, Catalogue.HOST_CPU)))
        .hasMessageContaining("host-cpu");
  }
}
