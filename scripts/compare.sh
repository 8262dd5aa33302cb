#!/usr/bin/env bash
# compare.sh OLD NEW: whether two builds of the program write the same, byte for byte: videos, CSV and every other format of the sample clip
# (in fp32, so that it is the arithmetic of both), and the CSV converted and analysed. For changes that are to change nothing.
set -euo pipefail
old=$(readlink -f "$1") new=$(readlink -f "$2")
cd "$(dirname "$0")/.."
export KAPAO_MODEL=${KAPAO_MODEL:-$PWD/Models/kapao_n.safetensors}
clip=$PWD/Samples/campus.mp4
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
run() { # FOLDER PROGRAM
  mkdir "$out/$1"
  cd "$out/$1"
  "$2" annotate "$clip" -o plain.mp4 --csv plain.csv --precision fp32 --quiet
  "$2" annotate "$clip" -o players.mp4 --csv players.csv --precision fp32 --tracker players --people 2 --detect-every 3 --smooth butterworth --quiet
  "$2" export "$clip" --export csv=tta.csv --precision fp32 --refine off --tta --tracker none --quiet
  "$2" annotate "$clip" -o steady.mp4 --steady --ids --trail 1 --precision int8 --core-use latency --quiet
  for format in $("$2" convert --help | sed -n '/^FORMATS/,/^USAGE/p' | awk '$1 ~ /^[a-z0-9-]+$/ { print $1 }'); do
    mkdir "$format"
    "$2" convert plain.csv --to "$format" -o "$format/out" --quiet >"$format.log" 2>&1 || true
  done
  cd - >/dev/null
}
run old "$old"
run new "$new"
same=0
status=0
while read -r file; do
  case $file in
    ./plain.json | ./players.json | ./tta.json | ./csv/out.json) continue ;; # Descriptions of runs have their date.
  esac
  if cmp -s "$out/old/$file" "$out/new/$file"; then same=$((same + 1)); else echo "differs: $file"; status=1; fi
done < <(cd "$out/old" && find . -type f | sort)
echo "$same files are the same."
exit $status
