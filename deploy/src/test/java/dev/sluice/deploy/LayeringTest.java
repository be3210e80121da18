package dev.sluice.deploy;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

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
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * The arrows of the architecture: the rooms meet only in the modules of schemas and, of coordinator
 * and worker, in the fold, packages depend on each other in one direction, and inside a module the
 * shell (Kafka, HTTP, files, clocks) calls the pure core, never the reverse.
 */
final class LayeringTest {
  private static final Path ROOT = Path.of("..");
  private static final Set<String> SHARED = Set.of("schemas", "jobs", "platform", "accelerators");

  /** What each module may use of ours, itself left out, by the name of its packages. */
  private static final Map<String, Set<String>> MAY_USE =
      Map.of(
          "schemas", Set.of(),
          "jobs", Set.of("schemas"),
          "platform", Set.of("schemas"),
          "accelerators", Set.of("schemas", "jobs", "platform"),
          "producer", SHARED,
          "fold", Set.of("schemas", "jobs"),
          "coordinator", with(SHARED, "fold"),
          // What workers fold for themselves has the bits that coordinators come to.
          "worker", with(SHARED, "fold"),
          // It asks a cluster as its clients do, and judges as its coordinators do.
          "planner", with(SHARED, "producer", "coordinator"),
          "deploy", with(SHARED, "fold", "producer", "coordinator", "worker", "planner"));

  /**
   * Use this module, which therefore can't see them; their dependencies are all that holds them.
   */
  private static final Set<String> UNSEEN = Set.of("chaos", "benchmark");

  /** Modules that run as long as a cluster does. */
  private static final List<String> SERVICES =
      List.of(
          "schemas",
          "jobs",
          "platform",
          "accelerators",
          "fold",
          "producer",
          "coordinator",
          "worker");

  /**
   * Packages whose code is a function of its arguments: simulation and replay depend on it. One
   * that is not there fails.
   */
  static final List<String> PURE_PACKAGES =
      List.of(
          "dev.sluice.coordinator.runtime..",
          "dev.sluice.coordinator.ledger..",
          "dev.sluice.coordinator.fold..",
          "dev.sluice.fold..",
          "dev.sluice.coordinator.placement..",
          "dev.sluice.coordinator.audit..",
          "dev.sluice.accelerators.capability..",
          "dev.sluice.jobs.network..",
          "dev.sluice.jobs.rules..",
          "dev.sluice.jobs.metrics..",
          "dev.sluice.jobs.state..",
          "dev.sluice.planner",
          "dev.sluice.worker.compute..",
          "dev.sluice.worker.lease..",
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

  private static final DescribedPredicate<JavaClass> WORLD =
      resideInAnyPackage(
              "org.apache.kafka..",
              "io.vertx..",
              "java.nio.file..",
              "java.net..",
              "java.util.random..")
          .or(type(java.util.Random.class))
          .or(type(java.util.SplittableRandom.class))
          .or(type(java.security.SecureRandom.class))
          .or(type(Thread.class))
          .or(type(java.time.Clock.class));

  /** Kafka's own hash of a key is a function of it. */
  private static final Set<String> THE_SAME_EVERYWHERE =
      Set.of("org.apache.kafka.common.utils.Utils");

  private static final ArchCondition<JavaClass> ASK_THE_WORLD =
      new ArchCondition<>("ask the world, itself or through other classes of ours") {
        @Override
        public void check(JavaClass item, ConditionEvents events) {
          var ways = new LinkedHashMap<JavaClass, String>();
          ways.put(item, item.getName());
          for (var next = new ArrayDeque<>(ways.keySet()); !next.isEmpty(); ) {
            var user = next.remove();
            var way = ways.get(user);
            asked(user)
                .forEach(
                    what -> events.add(SimpleConditionEvent.satisfied(item, way + " -> " + what)));
            for (var used : user.getDirectDependenciesFromSelf()) {
              var target = used.getTargetClass().getBaseComponentType();
              if (target.getPackageName().startsWith("dev.sluice.")
                  && ways.putIfAbsent(target, way + " -> " + target.getName()) == null) {
                next.add(target);
              }
            }
          }
        }

        // What a class itself asks.
        private static Set<String> asked(JavaClass user) {
          var types =
              user.getDirectDependenciesFromSelf().stream()
                  .map(used -> used.getTargetClass().getBaseComponentType())
                  .filter(WORLD)
                  .map(JavaClass::getName)
                  .filter(name -> !THE_SAME_EVERYWHERE.contains(name));
          var calls =
              user.getAccessesFromSelf().stream()
                  .filter(LayeringTest::isImpure)
                  .map(JavaAccess::getDescription);
          return Stream.concat(types, calls).collect(toSet());
        }
      };

  static final List<String> MODULES = MAY_USE.keySet().stream().sorted().toList();

  @Test
  void everyModuleIsHere() {
    assertThat(MODULES).doesNotContainAnyElementsOf(UNSEEN);
    assertThat(Stream.concat(MODULES.stream(), UNSEEN.stream()))
        .containsExactlyInAnyOrderElementsOf(
            Format.MODULES.stream().map(LayeringTest::packageOf).toList());
  }

  @ParameterizedTest
  @FieldSource("MODULES")
  void aModuleUsesOnlyWhatIsBelowIt(String module) {
    var uses = MAY_USE.getOrDefault(module, Set.of());
    String[] forbidden =
        MODULES.stream()
            .filter(other -> !other.equals(module) && !uses.contains(other))
            .map(LayeringTest::packagesOf)
            .toArray(String[]::new);
    check(
        noClasses()
            .that()
            .resideInAPackage(packagesOf(module))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(forbidden)
            .because(
                "rooms share nothing but the modules of schemas and the fold; deploy puts them"
                    + " together"));
  }

  @Test
  void packagesDependOnEachOtherInOneDirection() {
    slices().matching("dev.sluice.(**)").should().beFreeOfCycles().check(CLASSES);
  }

  /** Whoever reads of a class should not have to ask which of two. */
  @Test
  void noTwoClassesHaveOneName() throws IOException {
    var places =
        Format.sources(ROOT).stream()
            .filter(source -> !source.endsWith("package-info.java"))
            .collect(groupingBy(source -> String.valueOf(source.getFileName())));
    assertThat(places.values()).allMatch(files -> files.size() == 1);
  }

  @ParameterizedTest
  @FieldSource("PURE_PACKAGES")
  void aPurePackageIsAFunctionOfItsArguments(String pure) {
    DescribedPredicate<JavaClass> plumbing =
        resideInAPackage("java.io..")
            .and(not(type(Serializable.class)))
            .or(resideInAPackage("java.util.concurrent..").and(not(type(TimeUnit.class))));
    check(
        noClasses()
            .that()
            .resideInAPackage(pure)
            .should()
            .dependOnClassesThat(
                WORLD.or(plumbing).as("Kafka, the network, files, clocks, chance or threads")));
    check(noClasses().that().resideInAPackage(pure).should(ASK_THE_WORLD));
  }

  /** Two machines' clocks may be minutes apart, so that a difference of the two means nothing. */
  @Test
  void servicesAskNoClockThatCanBeSet() {
    check(
        noClasses()
            .that()
            .resideInAnyPackage(
                SERVICES.stream().map(LayeringTest::packagesOf).toArray(String[]::new))
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

  private static Set<String> with(Set<String> some, String... more) {
    return Stream.concat(some.stream(), Stream.of(more)).collect(toSet());
  }

  /** The last part of where a module lies: the name of its packages. */
  private static String packageOf(String module) {
    return module.substring(module.lastIndexOf('/') + 1);
  }

  private static String packagesOf(String module) {
    return "dev.sluice." + module + "..";
  }

  private static void check(ArchRule rule) {
    rule.allowEmptyShould(false).check(CLASSES);
  }
}
