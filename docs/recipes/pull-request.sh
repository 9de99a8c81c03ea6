#!/usr/bin/env bash
# Starts the mock as staging answers, runs the tests of a client against it, and stops it. Needs no secret.
#
# pull-request.sh DIALECT COMMAND…: DIALECT is the file that `fleet-contract dialect` wrote about staging. The command
# finds the mock at $FLEET_BASE_URL; its key is demo-key. Exits as the command does, or, if the mock does not start, as
# the mock does: 2 for a file that it refuses.
set -u
if [ "$#" -lt 2 ]; then
    echo "Usage: pull-request.sh DIALECT COMMAND..." >&2
    exit 2
fi
dialect=$1
shift
log=$(mktemp)
fleet-mock --port 0 --ready-json --dialect "$dialect" > "$log" &
mock=$!
trap 'kill "$mock" 2> /dev/null; rm -f "$log"' EXIT
until [ -s "$log" ]; do
    if ! kill -0 "$mock" 2> /dev/null; then
        wait "$mock"
        code=$?
        exit "$((code ? code : 3))" # a mock that only ended tested nothing
    fi
    sleep 0.1
done
FLEET_BASE_URL=$(python3 -c 'import json, sys; print(json.loads(sys.stdin.readline())["url"])' < "$log")
export FLEET_BASE_URL
"$@"
