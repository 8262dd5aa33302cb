#!/usr/bin/env bash
# Runs the tests of what runs at the same time under ThreadSanitizer: the stage graph, live streams, the service, and reading and writing
# video. It fails where a data race is reported, and not where a test does: the sanitizer makes the program some ten times slower, which
# tests of rates and of time-outs notice; their names are printed.
#
#   scripts/sanitize.sh [FILTER]
set -euo pipefail
cd "$(dirname "$0")/.."
export TSAN_OPTIONS="halt_on_error=0 suppressions=$PWD/scripts/sanitize.suppressions"
build=(--sanitize=thread --scratch-path .build/sanitize)
log=.build/sanitize.log
nice swift build "${build[@]}" --build-tests
nice swift test "${build[@]}" --skip-build --no-parallel --filter "${1:-PipelineTests|LiveTests|ServiceTests|VideoIOTests}" 2>&1 |
  tee "$log" || true
grep '^✘ Test "' "$log" || true
if grep -A 40 'WARNING: ThreadSanitizer' "$log"; then exit 1; fi
grep -q 'Test run with [1-9]' "$log" || { echo "No tests ran." >&2; exit 1; }
echo "No data races."
