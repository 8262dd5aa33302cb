#!/usr/bin/env bash
# Runs the tests of what runs at the same time under ThreadSanitizer: the stage graph, live streams, the service, reading and writing
# video, and ONNX Runtime, in the tests and in the programs that they start. It fails where a data race is reported, and not where a
# test does: the sanitizer makes the program some ten times slower, which tests of rates and of time-outs notice; their names are printed.
#
#   scripts/sanitize.sh [FILTER]
set -euo pipefail
cd "$(dirname "$0")/.."
build=(--sanitize=thread --scratch-path .build/sanitize)
log=.build/sanitize.log
reports=.build/sanitize.reports
python=$PWD/.build/venv-evaluation/bin/python
[ -n "${KAPAO_PYTHON:-}" ] || [ ! -x "$python" ] || export KAPAO_PYTHON=$python
nice swift build "${build[@]}" --build-tests
rm -rf "$reports" && mkdir "$reports"
# Programs that tests start write to nowhere else that one would see.
export TSAN_OPTIONS="halt_on_error=0 suppressions=$PWD/scripts/sanitize.suppressions log_path=$PWD/$reports/report"
swift test "${build[@]}" --skip-build --no-parallel --filter "${1:-PipelineTests|LiveTests|ServiceTests|VideoIOTests|ONNXRuntime}" 2>&1 |
  tee "$log" || true
grep '^✘ Test "' "$log" || true
if cat "$reports"/* 2>/dev/null; then exit 1; fi
grep -q 'Test run with [1-9]' "$log" || { echo "No tests ran." >&2; exit 1; }
echo "No data races."
