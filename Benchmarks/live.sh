#!/usr/bin/env bash
# Latency of a live stream over RTSP, with a network that keeps up and one that does not. Prints the numbers of 30 s each.
#
#   Benchmarks/live.sh [SECONDS]
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-30}
log=$(mktemp)
/usr/bin/python3 -u Tests/Fixtures/rtsp_server.py 0 1280x720 >"$log" &
camera=$!
trap 'kill $camera; rm -f "$log"' EXIT
until grep -q ready "$log"; do sleep 0.1; done
url="rtsp://127.0.0.1:$(cut -d' ' -f2 "$log")/live"
for size in 320 2560; do
  echo "--size $size:"
  timeout --signal=TERM "$seconds" .build/kapao-video stream "$url" --size "$size" --stats-interval 10 2>&1 |
    grep latency | sed 's/^/  /' || true
done
