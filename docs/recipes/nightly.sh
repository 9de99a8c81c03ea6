#!/usr/bin/env bash
# Judges a server, and prints what changed since the report of the night before.
#
# nightly.sh TARGET REPORTS: TARGET is a target file such as contract/servers.toml#staging, and REPORTS a folder that
# the pipeline keeps from one night to the next: its ledger names the fleets that the next night uses.
# Exits as `fleet-contract run` does: 0, 1, 2, or 3 for inconclusive.
set -u
if [ "$#" -ne 2 ]; then
    echo "Usage: nightly.sh TARGET REPORTS" >&2
    exit 2
fi
target=$1
reports=$2
mkdir -p "$reports"
if [ -f "$reports/report.json" ]; then
    mv "$reports/report.json" "$reports/before.json"
fi

code=0
fleet-contract run --target "$target" --reuse --ledger "$reports/ledger.jsonl" \
    --json "$reports/report.json" --html "$reports/report.html" --junit "$reports/junit.xml" \
    --code-quality "$reports/quality.json" ${GITHUB_ACTIONS:+--github} || code=$?

if [ -f "$reports/before.json" ] && [ -f "$reports/report.json" ]; then
    fleet-contract diff "$reports/before.json" "$reports/report.json"
    case $? in
        0) ;;
        1) echo "Staging is worse than the night before." ;;
        *) echo "The two reports could not be compared." ;;
    esac
fi
if [ "$code" = 3 ] && [ -f "$reports/before.json" ]; then
    cp "$reports/before.json" "$reports/report.json" # no night is compared with an inconclusive one
fi
exit "$code"
