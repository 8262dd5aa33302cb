#!/usr/bin/env bash
# Checks the library's documentation: what its articles show is what Tests/Consumer compiles, a program that uses the library builds and
# runs, and DocC has nothing to complain about. With a folder as argument, the pages are written there.
set -euo pipefail
cd "$(dirname "$0")/.."
catalogue=Sources/KapaoVideo/KapaoVideo.docc
for article in PosesOfAVideo AnnotatingAFile ALiveStream; do
  awk '/^```swift$/ { on = 1; next } /^```$/ { on = 0 } on' "$catalogue/$article.md" |
    diff - "Tests/Consumer/Sources/Consumer/$article.swift" ||
    { echo "$catalogue/$article.md does not show Tests/Consumer/Sources/Consumer/$article.swift" >&2; exit 1; }
done
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
swift build -c release --package-path Tests/Consumer --scratch-path .build/consumer
.build/consumer/release/Consumer Samples/campus.mp4 Models/kapao_n.safetensors "$out/out.mp4" "$out/out.csv" >"$out/log"
test -s "$out/out.mp4" -a -s "$out/out.csv"
tail -n 1 "$out/log" | grep -q '^100 frames$'
docc=$(dirname "$(command -v swift)")/docc
[ -x "$docc" ] || docc=$(dirname "$(readlink -f "$(command -v swift)")")/docc
"$docc" convert "$catalogue" --fallback-display-name KapaoVideo --fallback-bundle-identifier kapao-video \
  --warnings-as-errors --output-path "${1:-$out/pages}" >/dev/null
echo "The documentation is good."
