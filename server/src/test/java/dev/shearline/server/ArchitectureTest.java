package dev.shearline.server;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.shearline.server.db.Database;
import java.time.Instant;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The structure that docs/ARCHITECTURE.md describes, held by the build. */
class ArchitectureTest {

    private static final String ROOT = "dev.shearline.server";
    private static final String[] PLATFORM = {
        ROOT + ".identity..",
        ROOT + ".net..",
        ROOT + ".config..",
        ROOT + ".http..",
        ROOT + ".db..",
        ROOT + ".feed..",
        ROOT + ".secrets..",
        ROOT + ".audit..",
        ROOT + ".changes..",
        ROOT + ".idempotency.."
    };

    /** Who may read across tenants, and why is in the reason that each gives. */
    private static final Set<String> ACROSS_TENANTS =
            Set.of(ROOT + ".orgs", ROOT + ".keys", ROOT + ".plans", ROOT + ".notify");

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);

    @Test
    void platform_packages_do_not_know_the_features() {
        noClasses()
                .that(resideInAnyPackage(PLATFORM))
                .should()
                .dependOnClassesThat(resideInAPackage(ROOT + "..").and(not(resideInAnyPackage(PLATFORM))))
                .check(CLASSES);
    }

    @Test
    void packages_meet_without_cycles() {
        slices().matching(ROOT + ".(*)..").should().beFreeOfCycles().check(CLASSES);
    }

    @Test
    void only_the_composition_root_knows_everybody() {
        noClasses()
                .that(not(resideInAPackage(ROOT)))
                .should()
                .dependOnClassesThat(resideInAPackage(ROOT))
                .check(CLASSES);
    }

    @Test
    void work_across_tenants_is_done_by_those_who_may() {
        var callers = CLASSES.stream()
                .flatMap(type -> type.getMethodCallsFromSelf().stream())
                .filter(call -> call.getTargetOwner().isEquivalentTo(Database.class)
                        && call.getName().equals("acrossTenants"))
                .map(JavaMethodCall::getOriginOwner)
                .map(JavaClass::getPackageName)
                .collect(Collectors.toSet());
        assertThat(callers).isSubsetOf(ACROSS_TENANTS);
    }

    @Test
    void time_and_chance_are_injected() {
        noClasses().should().callMethod(Instant.class, "now").check(CLASSES);
        noClasses().should().callMethod(System.class, "currentTimeMillis").check(CLASSES);
        noClasses().should().callConstructor(Random.class).check(CLASSES);
    }

    @Test
    void a_store_is_a_secret_of_its_feature() {
        classes()
                .that()
                .haveSimpleNameEndingWith("Store")
                .should()
                .bePackagePrivate()
                .check(CLASSES);
    }
}
