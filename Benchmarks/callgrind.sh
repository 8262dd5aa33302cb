#!/usr/bin/env bash
# Counts the instructions of the stages around the network with callgrind, for one picture with 20 people each, and
# compares them with callgrind.txt. They hardly depend on what else the machine does. valgrind reports a processor with
# AVX2 and without AVX-512, so that the variants for AVX2 are what is counted.
#
#   Benchmarks/callgrind.sh [--update]     --update writes callgrind.txt instead
set -euo pipefail
folder=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$folder")
scratch=$root/.build/benchmarks
baseline=$folder/callgrind.txt
tolerance=3 # percent
stages=(letterbox heads postprocess draw "draw everything")

command -v valgrind >/dev/null || { echo "valgrind is missing: apt install valgrind" >&2; exit 1; }
swift build --package-path "$root" -c release --product kapao-bench >&2
mkdir -p "$scratch"
# valgrind 3.19 gives up on debugging information in DWARF 5.
program=$scratch/kapao-bench.stripped
strip --strip-debug -o "$program" "$root/.build/release/kapao-bench"

# What is drawn depends on the order of hashes, by a little.
export SWIFT_DETERMINISTIC_HASHING=1 OMP_WAIT_POLICY=passive OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1

# Instructions of the whole program with so many rounds of a stage.
count() {
  local log
  log=$(valgrind --tool=callgrind --callgrind-out-file=/dev/null \
    "$program" stages --only "$1" --rounds "$2" 2>&1 >/dev/null) || { echo "$log" >&2; exit 1; }
  sed -n 's/.*Collected *: *//p' <<<"$log"
}

# One round is what more rounds add, divided among them; the first, which allocates, is in both counts.
measure() {
  local few many
  few=$(count "$1" 2)
  many=$(count "$1" 6)
  echo $(((many - few) / 4))
}

if [ "${1:-}" = --update ]; then
  for stage in "${stages[@]}"; do printf '%s\t%s\n' "$(measure "$stage")" "$stage"; done | tee "$baseline.part"
  mv "$baseline.part" "$baseline"
  exit
fi

status=0
printf '%16s  %14s  %14s  %s\n' stage instructions baseline change
for stage in "${stages[@]}"; do
  now=$(measure "$stage")
  before=$(awk -F'\t' -v stage="$stage" '$2 == stage { print $1 }' "$baseline")
  change=$(awk -v now="$now" -v before="$before" 'BEGIN { printf "%+.1f", 100 * (now / before - 1) }')
  verdict=
  if awk -v change="$change" -v tolerance="$tolerance" 'BEGIN { exit !(change > tolerance) }'; then
    verdict=" more than $tolerance % above the baseline"
    status=1
  fi
  printf '%16s  %14d  %14d  %s %%%s\n' "$stage" "$now" "$before" "$change" "$verdict"
done
exit $status
