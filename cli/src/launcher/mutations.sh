# Asks a running service about 10,000 times what its OpenAPI document allows, in part made wrong, and holds every answer
# against the document: no error of ours, no answer that it does not have. Schemathesis makes the requests.

mutations=$launcher/mutations
mutations_min=10000
mutations_limit_s=900
schemathesis=$state/schemathesis-4.32.5
server_start_limit_s=180

find_python() {
    for PYTHON in python3 /usr/bin/python3 /opt/homebrew/bin/python3 /usr/local/bin/python3; do
        if "$PYTHON" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 10))' >/dev/null 2>&1; then
            return 0
        fi
    done
    return 1
}

# A Python of its own directory, made once: nothing is installed on the machine.
need_schemathesis() {
    [ ! -f "$schemathesis/complete" ] || return 0
    if ! find_python && ! { may_apt && apt_install_first python3-venv && find_python; }; then
        say "The tests ask the service with Schemathesis, which needs Python 3.10 or later with venv and pip, and found none.
Install it, then run the tests again:

  Debian, Ubuntu    sudo apt-get install -y python3-venv
  macOS             brew install python"
        exit 1
    fi
    rm -rf "$schemathesis"
    if "$PYTHON" -m venv "$schemathesis" >"$state/schemathesis.log" 2>&1 &&
        "$schemathesis/bin/pip" install -q --disable-pip-version-check schemathesis==4.32.5 hypothesis==6.170.17 \
            >>"$state/schemathesis.log" 2>&1; then
        : >"$schemathesis/complete"
        return 0
    fi
    tail -n 5 "$state/schemathesis.log" >&2
    say "Schemathesis could not be installed into $schemathesis. It is fetched from the Python Package Index once; everything that
pip said is in $state/schemathesis.log"
    exit 1
}

# LOG: a shell of its own, whose server ends with it
mutated_requests() (
    log=$1
    rm -f "$log".*
    place=$(mktemp -d "${TMPDIR:-/tmp}/shearline-mutations-XXXXXX")
    chmod 711 "$place"
    server=
    trap '[ -z "$server" ] || { kill "$server"; wait "$server"; } >/dev/null 2>&1; rm -rf "$place"' EXIT
    trap 'exit 130' INT TERM
    # shellcheck disable=SC2086 # the options are words
    SHEARLINE_SMTP_URL="file://$place/letters" SHEARLINE_MAIL_FROM=keys@example.com \
        "$JDK/bin/java" $server_flags -cp "$home/cli/target/lib/*:$home/cli/target/classes" dev.shearline.cli.Shearline \
        dev --port 0 --no-demo --data-dir "$place/data" >"$place/said" 2>&1 9>&- &
    server=$!
    waited=0
    until grep -q '^Ctrl-C stops it' "$place/said"; do
        waited=$((waited + 1))
        if [ "$waited" -gt "$server_start_limit_s" ] || ! kill -0 "$server" 2>/dev/null; then
            cp "$place/said" "$log"
            exit 3
        fi
        sleep 1
    done
    MUTATIONS_URL=$(sed -n 's/^  API *//p' "$place/said")
    MUTATIONS_OPERATOR_KEY=$(cat "$place/data/operator.key")
    MUTATIONS_LINK=$(sed -n 's,.*/welcome/,,p' "$place/said")
    MUTATIONS_PLACE=$place
    export MUTATIONS_URL MUTATIONS_OPERATOR_KEY MUTATIONS_LINK MUTATIONS_PLACE
    mkdir "$place/counts"
    cd "$place"
    mutate coverage --phases examples,coverage &
    processes=$!
    mutate get --phases fuzzing --include-method GET &
    processes="$processes $!"
    mutate post --phases fuzzing --include-method POST &
    processes="$processes $!"
    mutate others --phases fuzzing --exclude-method GET --exclude-method POST &
    processes="$processes $!"
    ended=0
    for process in $processes; do
        wait "$process" || ended=$((ended > $? ? ended : $?))
    done
    cat "$log".* >"$log"
    "$schemathesis/bin/python" "$mutations/answers.py" "$place/counts" "$mutations_min" "$MUTATIONS_URL" || exit 3
    # 1: there are failures, and they are in the report
    [ "$ended" -le 1 ] || exit "$ended"
)

# NAME OPTION…: one process, with one thread, for its library is not made for more
mutate() {
    name=$1
    shift
    PYTHONPATH=$mutations PYTHONDONTWRITEBYTECODE=1 timeout "$mutations_limit_s" \
        "$schemathesis/bin/st" --config-file "$mutations/schemathesis.toml" run "$MUTATIONS_URL/openapi.json" "$@" \
        --report-junit-path "$home/cli/target/surefire-reports/TEST-mutated-requests-$name.xml" >"$log.$name" 2>&1
}
