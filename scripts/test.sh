#!/usr/bin/env bash
# Builds the program and runs all tests; with the argument `quick` only those that need no camera and no server.
set -euo pipefail
cd "$(dirname "$0")/.."

# The peers that some tests compare with.
venv=.build/venv-evaluation
if [ ! -x "$venv/bin/python" ]; then
  python3 -m venv "$venv"
fi
"$venv/bin/pip" install --quiet --disable-pip-version-check --requirement Tests/requirements.txt
export KAPAO_PYTHON=$PWD/$venv/bin/python

# What failed is said again at the end, below thousands of lines of what did not.
log=.build/tests.log
tests() {
  swift test -c release --skip-build "$@" 2>&1 | tee "$log" || {
    printf '\nFailed:\n' && grep -A 12 -E '^✘|recorded an issue' "$log" | grep -vE '^[◇✔]' | tail -n 200
    exit 1
  } >&2
}

swift build -c release --build-tests
tests --skip 'LiveTests|ServiceTests|ServeTests|SoakTests'
[ "${1:-}" != quick ] || exit 0
# One after the other: servers and cameras share the threads on which the other tests wait for programs.
tests --no-parallel --filter 'LiveTests|ServiceTests|ServeTests|SoakTests'
Tests/ReadBack/run.sh
