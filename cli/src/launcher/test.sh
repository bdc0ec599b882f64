# Runs every test: all suites, those of web too, on the bundled PostgreSQL 18, the storage tests on an installed PostgreSQL 15, and mutated
# requests to a running service.

# shellcheck source=cli/src/launcher/mutations.sh
. "$launcher/mutations.sh"

run_tests() {
    [ $# -eq 0 ] || {
        say "usage: ./shearline test"
        exit 2
    }
    need_maven
    need_node
    need_chromium
    need_postgres
    need_tools_of_the_guides
    need_shells
    need_valkey
    need_proxies
    unset SHEARLINE_TEST_POSTGRES SHEARLINE_JAVA_OPTS SHEARLINE_LAUNCHER_JDKS SHEARLINE_LAUNCHER_POSTGRES
    mkdir -p "$state"
    lock
    need_schemathesis
    rm -f "$home"/*/target/surefire-reports/*.xml
    broken=

    printf '%s\n' "== all tests, on the bundled PostgreSQL"
    # a failing test does not keep the later modules from being tested: the reports decide
    run_maven "$state/test.log" show_suites -Dmaven.test.failure.ignore=true verify ||
        broke "mvn verify (compiling, formatting, packaging)" "$state/test.log"
    [ -f "$home/web/target/surefire-reports/TEST-web.xml" ] || broke "the tests of web (none ran)" /dev/null

    printf '%s\n' "== storage tests, on $("$POSTGRES/postgres" --version)"
    run_maven "$state/test-storage.log" show_suites -Dmaven.test.failure.ignore=true -pl server -am \
        -Dweb.skip=true -Dgroups=storage -Dshearline.test.postgres="$POSTGRES" -Dsurefire.reportNameSuffix=storage test ||
        broke "mvn test of the storage tests" "$state/test-storage.log"
    set -- "$home"/*/target/surefire-reports/TEST-*-storage.xml
    [ -f "$1" ] || broke "the storage tests (none ran)" /dev/null

    printf '%s\n' "== mutated requests, by $("$schemathesis/bin/st" --version) (some minutes)"
    mutated_requests "$state/mutations.log" || broke "mutated requests" "$state/mutations.log"

    # shellcheck disable=SC2086 # the broken steps are one word each
    "$JDK/bin/java" -Xmx256m -XX:TieredStopAtLevel=1 "$launcher/TestReports.java" "$home" $broken
}

# STEP LOG
broke() {
    printf '%s\n' "FAILED: $1. Everything it said is in $2"
    grep '^\[ERROR\]' "$2" | head -n 20 || tail -n 20 "$2"
    broken="$broken $(printf '%s' "$1" | tr ' ' '_')"
}

show_suites() {
    downloads=0
    while IFS= read -r line; do
        case $line in
            *"Downloaded from "*)
                downloads=$((downloads + 1))
                [ $((downloads % 100)) -ne 0 ] || printf '%s\n' "  … $downloads files downloaded"
                ;;
            "[INFO] Building Shearline "*\[*) module=${line#\[INFO\] Building } && printf '%s\n' "${module% *-SNAPSHOT*}" ;;
            "[INFO] Running "*) printf '%s\n' "  ${line#\[INFO\] Running }" ;;
            "[ERROR] Tests run: "*" -- in "* | "[ERROR] Tests run: "*"FAILURE!"*) printf '%s\n' "    ${line#\[ERROR\] }" ;;
        esac
    done
}
