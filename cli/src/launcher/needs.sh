# What the machine must have: a JDK 25, Maven, and for the tests PostgreSQL. Installs by apt where it may, else says how.

# DIRECTORY: reads what the JDK says about itself, for starting it to ask would cost more than all the rest
is_jdk_25() {
    [ -x "$1/bin/javac" ] && [ -r "$1/release" ] || return 1
    while IFS= read -r line; do
        case $line in
            JAVA_VERSION=\"25\" | JAVA_VERSION=\"25[.+-]*) return 0 ;;
        esac
    done <"$1/release"
    return 1
}

# SHEARLINE_LAUNCHER_JDKS, a directory of JDKs in the place of the usual ones, is for the tests of this script.
find_jdk() {
    if [ -n "${SHEARLINE_LAUNCHER_JDKS:-}" ]; then
        set -- "$SHEARLINE_LAUNCHER_JDKS"/*
    else
        set -- /usr/lib/jvm/* "${HOME:-}"/.sdkman/candidates/java/* \
            /Library/Java/JavaVirtualMachines/*/Contents/Home "${HOME:-}"/Library/Java/JavaVirtualMachines/*/Contents/Home \
            /opt/homebrew/opt/openjdk@25/libexec/openjdk.jdk/Contents/Home \
            /usr/local/opt/openjdk@25/libexec/openjdk.jdk/Contents/Home \
            /opt/java/openjdk
    fi
    for candidate in "${JAVA_HOME:-}" "${JAVA_HOME_25_X64:-}" "$@"; do
        if is_jdk_25 "$candidate"; then
            JDK=$candidate
            return 0
        fi
    done
    java=$(command -v java) || return 1
    while [ -h "$java" ]; do
        link=$(readlink "$java")
        case $link in
            /*) java=$link ;;
            *) java=${java%/*}/$link ;;
        esac
    done
    JDK=${java%/bin/java}
    is_jdk_25 "$JDK"
}

may_apt() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null
}

apt_has() {
    apt-cache show "$1" >/dev/null 2>&1
}

# PACKAGE…: installs the first that apt has; fails when it has none
apt_install_first() {
    mkdir -p "$state"
    say "Asking apt what it has …"
    apt-get update -q >"$state/apt.log" 2>&1 || say "apt-get update failed; trying with the lists that are there."
    for package in "$@"; do
        if apt_has "$package"; then
            say "Installing $package …"
            DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "$package" \
                >>"$state/apt.log" 2>&1 && return 0
            tail -n 5 "$state/apt.log" >&2
            return 1
        fi
    done
    return 1
}

need_jdk() {
    find_jdk && return 0
    if may_apt && apt_install_first openjdk-25-jdk-headless openjdk-25-jdk temurin-25-jdk && find_jdk; then
        return 0
    fi
    say "Shearline needs a JDK 25, and found none. Install one, then run the same command again:

  Debian 13, Ubuntu 24.04 and later
    sudo apt-get update && sudo apt-get install -y openjdk-25-jdk-headless

  Debian 12 and earlier (Eclipse Temurin)
    sudo apt-get install -y wget gpg
    wget -qO- https://packages.adoptium.net/artifactory/api/gpg/key/public | sudo gpg --dearmor -o /usr/share/keyrings/adoptium.gpg
    . /etc/os-release
    echo \"deb [signed-by=/usr/share/keyrings/adoptium.gpg] https://packages.adoptium.net/artifactory/deb \$VERSION_CODENAME main\" | sudo tee /etc/apt/sources.list.d/adoptium.list
    sudo apt-get update && sudo apt-get install -y temurin-25-jdk

  macOS
    brew install openjdk@25

  SDKMAN
    sdk install java 25-tem

A JDK in another place is found through JAVA_HOME."
    exit 1
}

need_maven() {
    command -v mvn >/dev/null && return 0
    if may_apt && apt_install_first maven && command -v mvn >/dev/null; then
        return 0
    fi
    say "Shearline is built with Maven 3.8.1 or later, and found no mvn. Install it, then run the same command again:

  Debian, Ubuntu    sudo apt-get install -y maven
  macOS             brew install maven
  SDKMAN            sdk install maven"
    exit 1
}

has_node() {
    command -v node >/dev/null && command -v npm >/dev/null && version=$(node --version) || return 1
    version=${version#v}
    [ "${version%%.*}" -ge 20 ]
}

# The SDK for TypeScript is built by npm.
need_node() {
    has_node && return 0
    if may_apt && apt_install_first nodejs && { command -v npm >/dev/null || apt_install_first npm; } && has_node; then
        return 0
    fi
    say "What is written in TypeScript is built and tested with Node.js 20 or later and its npm, and found none. Install
them, then run the tests again:

  Debian 13, Ubuntu 26.04 and later    sudo apt-get install -y nodejs npm
  macOS                                brew install node
  elsewhere                            https://nodejs.org/en/download"
    exit 1
}

has_chromium() {
    for browser in "${SHEARLINE_TEST_CHROMIUM:-}" chromium chromium-browser google-chrome-stable google-chrome \
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
        if [ -n "$browser" ] && command -v "$browser" >/dev/null; then
            return 0
        fi
    done
    return 1
}

# The screens are tested in a real browser.
need_chromium() {
    has_chromium && return 0
    if may_apt && apt_install_first chromium chromium-browser && has_chromium; then
        return 0
    fi
    say "The tests look at the screens in Chromium, and found none. Install it, then run the tests again:

  Debian          sudo apt-get install -y chromium
  Ubuntu, macOS   https://www.google.com/chrome

A browser in another place is found through SHEARLINE_TEST_CHROMIUM, its program."
    exit 1
}

# Sets POSTGRES to the programs of an installed PostgreSQL 15, or of the oldest later one. SHEARLINE_LAUNCHER_POSTGRES, a
# directory of installations in the place of the usual ones, is for the tests of this script.
find_postgres() {
    if [ -n "${SHEARLINE_LAUNCHER_POSTGRES:-}" ]; then
        set -- "$SHEARLINE_LAUNCHER_POSTGRES"/*/bin
    else
        set -- /usr/lib/postgresql/1[5-9]/bin /usr/lib/postgresql/[2-9][0-9]/bin \
            /opt/homebrew/opt/postgresql@1[5-9]/bin /usr/local/opt/postgresql@1[5-9]/bin
    fi
    for candidate in "${SHEARLINE_TEST_POSTGRES:-}" "$@"; do
        if [ -x "$candidate/initdb" ] && [ -x "$candidate/postgres" ]; then
            POSTGRES=$candidate
            return 0
        fi
    done
    return 1
}

need_postgres() {
    find_postgres && return 0
    if may_apt && apt_install_first postgresql-15 postgresql && find_postgres; then
        return 0
    fi
    say "The storage tests also run on an installed PostgreSQL, and found none. Install it, then run the tests again:

  Debian, Ubuntu    sudo apt-get install -y postgresql
  macOS             brew install postgresql@15

Programs in another place are found through SHEARLINE_TEST_POSTGRES, the directory of initdb and postgres."
    exit 1
}

# PROGRAM PACKAGE WHY [FORMULA]
need_program() {
    command -v "$1" >/dev/null && return 0
    if may_apt && apt_install_first "$2" && command -v "$1" >/dev/null; then
        return 0
    fi
    say "$3, and found no $1. Install it, then run the tests again:

  Debian, Ubuntu    sudo apt-get install -y $2
  macOS             brew install ${4:-$2}"
    exit 1
}

# The README's walk and the operator's guide are executed as printed.
need_tools_of_the_guides() {
    need_program curl curl "The tests execute the README, which uses curl"
    PATH=$PATH:/usr/sbin # where Debian has nginx
    need_program nginx nginx "The tests execute the operator's guide, which puts nginx in front"
    need_program openssl openssl "The tests execute the operator's guide, which makes a certificate with openssl"
}

# Nodes share rate limits through Valkey, or the Redis that Debian has. It is started by the tests, not as a service.
need_valkey() {
    need_program redis-server redis-server "The tests start a Redis of their own" redis
}

# The configurations in integrations/ run in the proxies that they are for, started by the tests, not as services. nginx is one of the
# guides' tools.
need_proxies() {
    need_program caddy caddy "The tests put Caddy in front, with the configuration in integrations/caddy"
}

# Each completion is tried in the shell that it is for, and what a terminal shows in a terminal.
need_shells() {
    for shell in bash zsh fish script; do
        command -v "$shell" >/dev/null && continue
        package=$shell
        [ "$shell" != script ] || package=bsdutils
        if may_apt && apt_install_first "$package" && command -v "$shell" >/dev/null; then
            continue
        fi
        say "The tests try the completions in bash, zsh and fish, and a terminal by script, and found no $shell. Install
it, then run the tests again:

  Debian, Ubuntu    sudo apt-get install -y bash zsh fish bsdutils
  macOS             brew install bash zsh fish"
        exit 1
    done
}
