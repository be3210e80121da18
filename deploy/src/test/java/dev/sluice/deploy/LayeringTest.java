package dev.sluice.deploy;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * The arrows of the architecture: modules meet only in schemas, and inside a module the shell
 * (Kafka, HTTP, files, clocks) calls the pure core, never the reverse.
 */
final class LayeringTest {
  /** What each module may use of ours, itself included. */
  private static final Map<String, Set<String>> MAY_USE =
      Map.of(
          "schemas", Set.of("schemas"),
          "producer", Set.of("producer", "schemas"),
          "coordinator", Set.of("coordinator", "schemas"),
          "worker", Set.of("worker", "schemas"));

  /**
   * Packages whose code is a function of its arguments: simulation and replay depend on it. Add a
   * package here when it becomes pure; one that does not exist yet passes.
   */
  static final List<String> PURE_PACKAGES =
      List.of(
          "dev.sluice..core..",
          "dev.sluice.coordinator.ledger..",
          "dev.sluice.coordinator.fold..",
          "dev.sluice.coordinator.placement..",
          "dev.sluice.coordinator.audit..",
          "dev.sluice.schemas.capability..",
          "dev.sluice.coordinator.plan..",
          "dev.sluice.worker.training..");

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("dev.sluice");

  /** Calls that ask the world for the time, for chance, or to wait. */
  private static final Map<String, Set<String>> IMPURE_CALLS =
      Map.of(
          "java.lang.System", Set.of("currentTimeMillis", "nanoTime", "getenv", "getProperty"),
          "java.time.Instant", Set.of("now"),
          "java.time.LocalDate", Set.of("now"),
          "java.time.LocalDateTime", Set.of("now"),
          "java.time.OffsetDateTime", Set.of("now"),
          "java.time.ZonedDateTime", Set.of("now"),
          "java.util.UUID", Set.of("randomUUID"),
          "java.lang.Math", Set.of("random"));

  private static final Set<String> WALL_CLOCKS =
      Set.of(
          "java.lang.System.currentTimeMillis",
          "java.time.Instant.now",
          "java.time.LocalDateTime.now",
          "java.time.OffsetDateTime.now",
          "java.time.ZonedDateTime.now",
          "java.time.Clock.systemUTC",
          "java.time.Clock.systemDefaultZone");

  static final List<String> MODULES_WITH_LIMITS = MAY_USE.keySet().stream().sorted().toList();

  @ParameterizedTest
  @FieldSource("MODULES_WITH_LIMITS")
  void aModuleUsesOnlyWhatIsBelowIt(String module) {
    String[] forbidden =
        Format.MODULES.stream()
            .filter(other -> !MAY_USE.getOrDefault(module, Set.of()).contains(other))
            .map(LayeringTest::packagesOf)
            .toArray(String[]::new);
    check(
        noClasses()
            .that()
            .resideInAPackage(packagesOf(module))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(forbidden)
            .because("modules share nothing but the wire; deploy puts them together"));
  }

  @ParameterizedTest
  @FieldSource("PURE_PACKAGES")
  void aPurePackageIsAFunctionOfItsArguments(String pure) {
    DescribedPredicate<JavaClass> world =
        resideInAnyPackage("org.apache.kafka..", "io.vertx..", "java.nio.file..", "java.net..")
            .or(resideInAPackage("java.io..").and(not(type(Serializable.class))))
            .or(resideInAPackage("java.util.concurrent..").and(not(type(TimeUnit.class))))
            .or(resideInAPackage("java.util.random.."))
            .or(type(java.util.Random.class))
            .or(type(java.util.SplittableRandom.class))
            .or(type(java.security.SecureRandom.class))
            .or(type(Thread.class))
            .or(type(java.time.Clock.class))
            .as("Kafka, the network, files, clocks, chance or threads");
    check(noClasses().that().resideInAPackage(pure).should().dependOnClassesThat(world));
    check(
        noClasses()
            .that()
            .resideInAPackage(pure)
            .should()
            .accessTargetWhere(
                describe("it asks for the time or for chance", LayeringTest::isImpure)));
  }

  /** Two machines' clocks may be minutes apart, so that a difference of the two means nothing. */
  @Test
  void servicesAskNoClockThatCanBeSet() {
    check(
        noClasses()
            .that()
            .resideInAnyPackage(
                MAY_USE.keySet().stream().map(LayeringTest::packagesOf).toArray(String[]::new))
            .should()
            .callMethodWhere(
                describe(
                    "this machine's time",
                    call ->
                        WALL_CLOCKS.contains(
                            call.getTargetOwner().getName() + "." + call.getName())))
            .because("ages are told by BrokersClock, and durations by System.nanoTime"));
  }

  @Test
  void nothingSleeps() {
    check(
        noClasses()
            .should()
            .callMethodWhere(
                describe(
                    "Thread.sleep",
                    call ->
                        call.getTargetOwner().isEquivalentTo(Thread.class)
                            && call.getName().equals("sleep")))
            .because("one waits for a condition, with a deadline"));
  }

  @Test
  void everyPackageIsNullMarked() {
    check(classes().should(resideInANullMarkedPackage()));
  }

  private static boolean isImpure(JavaAccess<?> access) {
    return IMPURE_CALLS
        .getOrDefault(access.getTargetOwner().getName(), Set.of())
        .contains(access.getName());
  }

  private static ArchCondition<JavaClass> resideInANullMarkedPackage() {
    return new ArchCondition<>("reside in a package whose package-info.java says @NullMarked") {
      @Override
      public void check(JavaClass item, ConditionEvents events) {
        if (!item.getPackage().isAnnotatedWith(NullMarked.class)) {
          events.add(
              SimpleConditionEvent.violated(
                  item, item.getName() + ": package " + item.getPackageName() + " is not marked"));
        }
      }
    };
  }

  private static String packagesOf(String module) {
    return "dev.sluice." + module + "..";
  }

  private static void check(ArchRule rule) {
    rule.allowEmptyShould(true).check(CLASSES);
  }
}
