# Builds the program when its sources are newer than it.
#
# Each build is put in a directory of its own, and $state/stamp names the newest: a server that runs is never pulled the
# jars from under its feet, however often a later command builds.

# a command that asks one question and ends
client_flags="-Xmx128m -XX:+UseSerialGC -XX:TieredStopAtLevel=1"
server_flags="-XX:+UseParallelGC -XX:+ExitOnOutOfMemoryError --enable-native-access=ALL-UNNAMED"

is_built() {
    [ -f "$state/stamp" ] || return 1
    read -r built <"$state/stamp" && [ -d "$built/lib" ] || return 1
    # directories too: theirs is the time at which a file in them was removed
    newer=$(cd "$home" && find pom.xml .mvn token/pom.xml token/src/main server/pom.xml server/src/main \
        cli/pom.xml cli/src/main web/package-lock.json web/packages/*/src web/packages/*/build spec docs/problems.md -newer "$state/stamp" 2>/dev/null | head -n 1)
    [ -z "$newer" ]
}

build() {
    need_maven
    mkdir -p "$state"
    lock
    # another start may have built it while this one waited
    is_built || build_locked
    unlock
}

build_locked() {
    if [ -f "$state/stamp" ]; then
        say "Building Shearline …"
    else
        say "Building Shearline (first time: a few minutes) …"
    fi
    began=$state/began.$$
    : >"$began" # what is saved from now on is newer than this build
    without=
    has_node || {
        without=-Dweb.skip=true
        say "  … without the screens in web/, for they are built with Node.js 20 or later and its npm"
    }
    # shellcheck disable=SC2086 # one option or none
    run_maven "$state/build.log" show_modules -DskipTests -Dspotless.check.skip=true $without -pl cli -am package || {
        rm -f "$began"
        show_errors "$state/build.log"
        die "Shearline could not be built. Everything Maven said is in $state/build.log"
    }
    place "$began"
    rm -f "$began"
}

# LOG FILTER ARGUMENT…: Maven on our JDK, from the top of the sources; everything it says goes to LOG and through FILTER
run_maven() {
    log=$1
    filter=$2
    shift 2
    rm -f "$log.failed"
    { (cd "$home" && JAVA_HOME=$JDK MAVEN_BASEDIR=$home mvn -B "$@" 2>&1) || : >"$log.failed"; } | tee "$log" | "$filter"
    if [ -f "$log.failed" ]; then
        rm -f "$log.failed"
        return 1
    fi
}

show_modules() {
    downloads=0
    while IFS= read -r line; do
        case $line in
            "[INFO] Building Shearline "*\[*) module=${line#\[INFO\] Building } && say "  ${module% *-SNAPSHOT*}" ;;
            *"Downloaded from "*)
                downloads=$((downloads + 1))
                [ $((downloads % 100)) -ne 0 ] || say "  … $downloads files downloaded"
                ;;
        esac
    done
}

show_errors() {
    errors=$(grep '^\[ERROR\]' "$1" | head -n 20)
    # Maven that does not start has its own words
    [ -n "$errors" ] || errors=$(tail -n 20 "$1")
    say "$errors"
}

# BEGAN: copies the jars to where they stay; the stamp carries the time of BEGAN
place() {
    program=$state/program.$$.$(date +%s)
    mkdir -p "$program/lib" "$program/used-by"
    # nodes run as another account than whoever builds
    chmod 1777 "$program/used-by"
    cp "$home"/cli/target/lib/*.jar "$home"/cli/target/shearline-cli-*.jar "$program/lib/"
    # what a command needs that speaks to a server but is none
    mkdir "$program/client"
    for jar in shearline-cli shearline-token picocli jackson-annotations jackson-core-3 jackson-databind jspecify; do
        for found in "$program/lib/$jar"*.jar; do
            [ ! -f "$found" ] || ln -s "../lib/${found##*/}" "$program/client/${found##*/}"
        done
    done
    train "$program"
    remove_unused "$program"
    printf '%s\n' "$program" >"$state/stamp.$$"
    touch -r "$1" "$state/stamp.$$"
    mv "$state/stamp.$$" "$state/stamp"
}

# PROGRAM: makes the caches with which short commands and servers start in half the time. They are of one build of one
# JDK; without them everything starts slower, and nothing else.
train() {
    printf '%s\n' "$JDK" >"$1/client.jdk"
    # shellcheck disable=SC2086 # the options are words
    "$JDK/bin/java" $client_flags -XX:AOTCacheOutput="$1/client.aot" -cp "$1/client/*" dev.shearline.cli.Training \
        </dev/null >"$state/cache.log" 2>&1 || :
    # shellcheck disable=SC2086 # the options are words
    "$JDK/bin/java" $server_flags -XX:AOTCacheOutput="$1/server.aot" -cp "$1/lib/*" dev.shearline.cli.ServerTraining \
        </dev/null >>"$state/cache.log" 2>&1 || :
}

# PROGRAM
is_trained() {
    read -r trained <"$1/client.jdk" 2>/dev/null && [ "$trained" = "$JDK" ] && [ ! "$JDK/release" -nt "$1/client.jdk" ]
}

train_again() {
    # it was built by another account: then this one starts slower
    [ -w "$state" ] && [ -w "$1" ] || return 0
    lock
    is_trained "$1" || train "$1"
    unlock
}

# KEPT: removes earlier programs that no process runs
remove_unused() {
    for old in "$state"/program.*; do
        [ "$old" != "$1" ] || continue
        in_use=
        for user in "$old"/used-by/*; do
            is_running "${user##*/}" && in_use=yes
        done
        [ -n "$in_use" ] || rm -rf "$old"
    done
}

# PID: also of another account
is_running() {
    kill -0 "$1" 2>/dev/null || [ -d "/proc/$1" ] || ps -p "$1" >/dev/null 2>&1
}

# One build at a time. Maven inherits the lock, and so keeps it when this shell is killed.
lock() {
    if command -v flock >/dev/null; then
        exec 9>"$state/lock"
        flock -n 9 || {
            say "Another start is building Shearline; waiting for it …"
            flock 9
        }
        return
    fi
    waiting=
    until mkdir "$state/lock.d" 2>/dev/null; do
        holder=$(cat "$state/lock.d/pid" 2>/dev/null || :)
        if [ -n "$holder" ] && ! kill -0 "$holder" 2>/dev/null; then
            rm -rf "$state/lock.d"
            continue
        fi
        [ -n "$waiting" ] || say "Another start is building Shearline; waiting for it …"
        waiting=yes
        sleep 1
    done
    printf '%s\n' $$ >"$state/lock.d/pid"
    trap 'rm -rf "$state/lock.d"' EXIT
    trap 'exit 130' INT TERM
}

unlock() {
    if command -v flock >/dev/null; then
        exec 9>&-
    else
        rm -rf "$state/lock.d"
        trap - EXIT INT TERM
    fi
}
