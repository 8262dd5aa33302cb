#!/usr/bin/env bash
# Two streams for some minutes, one of whose cameras fails every minute in a way of its own: terminated, killed, frozen.
# Prints memory, descriptors, threads and counters every ten seconds, and fails if they grow or do not add up.
#
#   scripts/soak.sh [MINUTES] [PORT]
set -euo pipefail
cd "$(dirname "$0")/.."
minutes=${1:-20}
port=${2:-8099}
program=.build/release/kapao-video
work=$(mktemp -d)
camera=0
service=0
cleanup() {
  [ "$camera" = 0 ] || kill -KILL "$camera" 2>/dev/null || true
  [ "$service" = 0 ] || kill -KILL "$service" 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT

start_camera() {
  /usr/bin/python3 -u Tests/Fixtures/rtsp_server.py 8598 "$1" >"$work/camera.log" 2>&1 &
  camera=$!
}

cat >"$work/soak.yaml" <<EOF
size: 128
http: {port: $port}
streams:
  steady:
    source: lavfi:testsrc2=s=640x360:r=25
    outputs:
      - record: $work/recordings
        segment: 20s
        keep_size: 20MB
      - poses: $work/poses
        rotate: 30s
        keep_size: 5MB
  shaky:
    source: rtsp://127.0.0.1:8598/live
    stall_timeout: 3s
EOF
start_camera 640x360
"$program" serve --config "$work/soak.yaml" 2>"$work/service.log" &
service=$!
python3 - "$port" "$minutes" "$service" >"$work/numbers.txt" <<'EOF' &
import json, os, sys, time, urllib.request
port, minutes, pid = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
end = time.time() + 60 * minutes
rows = []
while time.time() < end:
    time.sleep(10)
    streams = json.load(urllib.request.urlopen(f"http://127.0.0.1:{port}/api/streams"))
    memory = int(open(f"/proc/{pid}/statm").read().split()[1]) * 4096 / 1e6
    row = (memory, len(os.listdir(f"/proc/{pid}/fd")), len(os.listdir(f"/proc/{pid}/task")))
    rows.append(row)
    print(f"{memory:7.1f} MB {row[1]:4d} descriptors {row[2]:4d} threads", end="")
    for stream in streams:
        counters = stream["counters"]
        on_their_way = counters["read"] - sum(counters[k] for k in ("processed", "dropped", "skipped", "stale"))
        assert 0 <= on_their_way <= 3, counters
        print(f" | {stream['name']} {stream['state']} {stream['processed_rate']:.1f}/s {stream['outages']} outages"
              f" {counters['read']} read {counters['dropped']} dropped", end="")
    print(flush=True)
# After the first third everything has been in use once.
early, late = rows[len(rows) // 3:][:6], rows[-6:]
best = lambda rows, column: min(row[column] for row in rows)
print(f"memory {best(early, 0):.1f} -> {best(late, 0):.1f} MB, descriptors {best(early, 1)} -> {best(late, 1)},"
      f" threads {best(early, 2)} -> {best(late, 2)}")
assert best(late, 0) <= best(early, 0) * 1.02, "memory grows"
assert best(late, 1) <= best(early, 1) + 2, "descriptors leak"
assert best(late, 2) <= best(early, 2) + 4, "threads leak"
EOF
numbers=$!
tail -f "$work/numbers.txt" --pid=$numbers &
turn=0
while kill -0 $numbers 2>/dev/null; do
  for _ in $(seq 45); do kill -0 $numbers 2>/dev/null && sleep 1; done
  kill -0 $numbers 2>/dev/null || break
  case $((turn % 3)) in
    0) kill -TERM $camera ;;
    1) kill -KILL $camera ;;
    2) kill -STOP $camera && sleep 10 && kill -CONT $camera ;;
  esac
  if [ $((turn % 3)) != 2 ]; then
    wait $camera 2>/dev/null || true
    sleep 5
    start_camera $([ $((turn % 2)) = 0 ] && echo 320x180 || echo 640x360)
  fi
  turn=$((turn + 1))
done
wait $numbers || { echo "the numbers are not good" >&2; tail -20 "$work/service.log" >&2; exit 1; }
started=$(date +%s)
kill -TERM $service
wait $service
service=0
[ $(($(date +%s) - started)) -le 5 ] || { echo "ending took longer than 5 s" >&2; exit 1; }
echo "good: $turn failures of the camera survived"
