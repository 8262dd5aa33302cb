#!/usr/bin/env bash
# Builds the program and its benchmark, measures, and prints a table. Options go to benchmark.py (see --help).
set -euo pipefail
folder=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$folder")
scratch=$root/.build/benchmarks

for product in kapao-video kapao-bench; do
  swift build --package-path "$root" -c release --product "$product" >&2
done

# The peers; of no use to the program itself.
venv=$scratch/venv
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check --requirement "$folder/requirements.txt" >&2

bench=$root/.build/release/kapao-bench
# What the compute libraries read when they are loaded.
while IFS= read -r variable; do export "${variable?}"; done < <("$bench" environment)
exec "$venv/bin/python" "$folder/benchmark.py" "$bench" "$root/.build/release/kapao-video" "$@"
