#!/bin/sh
# A bank is pulled from a sandbox, changed, and pushed back:
#
#     qti sandbox --load cli/examples/bank -- sh cli/examples/walk.sh
set -eu
run() {
    printf '\n$ %s\n' "$*"
    "$@"
}

cd "$(mktemp -d)"
run qti init
run qti pull
run perl -pi -e 's/The capital of Italy/Rome/' items/capital.xml
run qti status
run qti diff
run qti push --yes
run qti pull
printf '\nThe bank stands in %s\n' "$PWD"
