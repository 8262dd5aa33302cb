#!/usr/bin/env bash
# Builds the program and runs all tests.
set -euo pipefail
cd "$(dirname "$0")/.."

# The peers that some tests compare with.
venv=.build/venv-evaluation
if [ ! -x "$venv/bin/python" ]; then
  python3 -m venv "$venv"
fi
"$venv/bin/pip" install --quiet --disable-pip-version-check --requirement Tests/requirements.txt
export KAPAO_PYTHON=$PWD/$venv/bin/python

swift build -c release --build-tests
swift test -c release --skip-build --skip 'LiveTests|ServiceTests|ServeTests|SoakTests'
# One after the other: servers and cameras share the threads on which the other tests wait for programs.
swift test -c release --skip-build --no-parallel --filter 'LiveTests|ServiceTests|ServeTests|SoakTests'
Tests/ReadBack/run.sh
