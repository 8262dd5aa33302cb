#!/bin/bash
# A batch under a Slurm of its own on this machine: 40 clips and a long video in parts, two nodes, one task that is requeued
# with a signal, and one whose processes are killed. All results have to be there once, and nothing half.
#
#   scripts/slurm-test.sh [PROGRAM]
#
# Ends with 77 where Slurm cannot run (packages slurm-wlm and munge, as root).
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
program=$(realpath "${1:-$root/.build/release/kapao-video}")
clips=${CLIPS:-40}

skip() { echo "skipped: $1"; exit 77; }
for tool in slurmctld slurmd munged sbatch scontrol squeue scancel ffmpeg; do
  PATH=$PATH:/usr/sbin command -v "$tool" >/dev/null || skip "there is no $tool (packages slurm-wlm and munge)"
done
[ "$(id -u)" = 0 ] || skip "slurmctld and munged are started by root"
export PATH=$PATH:/usr/sbin

dir=$(mktemp -d /tmp/kapao-slurm.XXXXXX)
pids=()
finish() {
  scancel --me --signal=KILL 2>/dev/null || true
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  sleep 1
  for pid in "${pids[@]}"; do kill -9 "$pid" 2>/dev/null || true; done
  [ -n "${KEEP:-}" ] && echo "kept: $dir" || rm -rf "$dir"
}
trap finish EXIT

port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
host=$(hostname -s)
mkdir -p "$dir"/{state,log,spool-w1,spool-w2,munge,in}
chmod 755 "$dir"
chmod 700 "$dir/munge"
cat > "$dir/slurm.conf" <<END
ClusterName=kapao
SlurmctldHost=$host(127.0.0.1)
AuthType=auth/munge
AuthInfo=socket=$dir/munge/socket
SlurmUser=root
SlurmdUser=root
SlurmctldPort=$(port)
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool-%n
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd-%n.pid
SlurmctldLogFile=$dir/log/slurmctld.log
SlurmdLogFile=$dir/log/slurmd-%n.log
ProctrackType=proctrack/pgid
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/filetxt
JobCompLoc=$dir/log/jobcomp.log
MpiDefault=none
ReturnToService=2
SchedulerParameters=sched_interval=1,batch_sched_delay=0,requeue_delay=1
KillWait=5
SlurmdParameters=config_overrides
NodeName=w1 NodeHostname=$host NodeAddr=127.0.0.1 Port=$(port) CPUs=1 RealMemory=4000 State=UNKNOWN
NodeName=w2 NodeHostname=$host NodeAddr=127.0.0.1 Port=$(port) CPUs=1 RealMemory=4000 State=UNKNOWN
PartitionName=main Nodes=w1,w2 Default=YES MaxTime=INFINITE State=UP
END
export SLURM_CONF=$dir/slurm.conf
head -c 1024 /dev/urandom > "$dir/munge/key"
chmod 600 "$dir/munge/key"
munged --foreground --force --key-file="$dir/munge/key" --socket="$dir/munge/socket" --pid-file="$dir/munge/pid" \
  --seed-file="$dir/munge/seed" --log-file="$dir/munge/log" --num-threads=2 2>/dev/null &
pids+=($!)
slurmctld -D -i >/dev/null 2>&1 &
pids+=($!)
for node in w1 w2; do
  slurmd -D -N "$node" >/dev/null 2>&1 &
  pids+=($!)
done
for _ in $(seq 60); do
  [ "$(sinfo -h -N -o %T 2>/dev/null | grep -c idle)" = 2 ] && break
  sleep 0.5
done
[ "$(sinfo -h -N -o %T 2>/dev/null | grep -c idle)" = 2 ] || skip "the nodes do not come up: $(tail -n1 "$dir/log/slurmctld.log")"

# Small clips, each another piece of the sample, and a long video of key frames that refer back.
for index in $(seq "$clips"); do
  ffmpeg -v error -ss "$(python3 -c "print($index % 8)")" -t 1.5 -i "$root/Samples/campus.mp4" -c:v libx264 \
    -preset ultrafast -metadata title="$index" "$dir/in/clip$(printf %02d "$index").mp4"
done
ffmpeg -v error -stream_loop 5 -i "$root/Samples/campus.mp4" -c:v libx264 -preset ultrafast -bf 2 -g 20 \
  -x264-params open-gop=1 "$dir/long.mp4"

export KAPAO_VIDEO=$program TASKS=4 SBATCH_OPTIONS="--output=$dir/log/%x-%A-%a.log"
submit="$root/packaging/slurm/kapao-video-submit.sh"
cd "$dir"
options=(-o "$dir/out" --export csv --export ndjson --size 192)
job=$("$submit" "$dir/in" "${options[@]}")
read -r parts merge <<< "$("$submit" "$dir/long.mp4" -o "$dir/long" --export csv --split 8s --refine off --size 192 | tr '\n' ' ')"
echo "jobs: $job (clips), $parts (parts), $merge (merge)"

results() { ls "$dir"/out/*.kapao.json 2>/dev/null | wc -l; }
wait_for() { for _ in $(seq 600); do [ "$(results)" -ge "$1" ] && return; sleep 0.2; done; echo "no progress"; exit 1; }
process_of() { # A batch of this job.
  for environment in /proc/[0-9]*/environ; do
    pid=${environment#/proc/} pid=${pid%/environ}
    [ "$(tr '\0' '\n' 2>/dev/null < "$environment" | grep -c "^SLURM_ARRAY_JOB_ID=$1\$")" -gt 0 ] || continue
    [[ "$(tr '\0' ' ' 2>/dev/null < /proc/"$pid"/cmdline)" == "$program batch "* ]] && { echo "$pid"; return; }
  done
}
running() { # A task of the array that runs.
  for _ in $(seq 100); do
    task=$(squeue -h -t R -o '%F_%K' -j "$job" | head -n1)
    [ -n "$task" ] && return
    sleep 0.1
  done
  echo "no task runs"
  exit 1
}
requeued() { # Waits for so many restarts.
  for _ in $(seq 300); do
    [ "$(grep -c 'Requeuing JobId' "$dir/log/slurmctld.log")" -ge "$1" ] && return
    sleep 0.1
  done
  echo "the task was not requeued"
  exit 1
}
wait_for 4
running
echo "signal: $task"
# It tries again as long as the task, which requeues itself, is not the one that it was.
timeout 2 scancel --batch --signal=TERM "$task" 2>/dev/null || true
requeued 1
wait_for 8
running
echo "requeue: $task"
scontrol requeue "$task"
requeued 2
wait_for 12
victim=$(process_of "$job")
[ -n "$victim" ] || { echo "no batch to kill"; exit 1; }
echo "kill -9: a batch of $job"
kill -9 "$victim"
requeued 3
for _ in $(seq 900); do
  [ -z "$(squeue -h)" ] && break
  sleep 0.5
done
[ -z "$(squeue -h)" ] || { squeue; echo "jobs did not end"; exit 1; }
fail() { echo "$1"; exit 1; }
[ "$(results)" = "$clips" ] || fail "$(results) of $clips results"
for kind in csv ndjson; do
  [ "$(ls "$dir"/out/*.$kind | wc -l)" = "$clips" ] || fail "there are not $clips files of $kind"
done
[ -z "$(find "$dir/out" "$dir/long" -name '.*' -mindepth 1)" ] || fail "half files: $(find "$dir/out" "$dir/long" -name '.*' -mindepth 1)"
for index in $(seq "$clips"); do
  name=clip$(printf %02d "$index")
  [ "$(wc -l < "$dir/out/$name.ndjson")" = 15 ] || fail "$name has $(wc -l < "$dir/out/$name.ndjson") of 15 frames"
done
"$program" annotate "$dir/long.mp4" --csv "$dir/plain.csv" --refine off --size 192 --quiet
cmp "$dir/plain.csv" "$dir/long/long.csv" || fail "the merged parts differ from a run without parts"
start=$(date +%s.%N)
"$program" batch "$dir/in" "${options[@]}" --skip-existing > "$dir/again.txt"
seconds=$(python3 -c "import time; print(f'{time.time() - $start:.2f}')")
tail -n1 "$dir/again.txt"
tail -n1 "$dir/again.txt" | grep -q "$clips videos: $clips skipped; 0 frames" || fail "the second run did something"
python3 -c "import sys; sys.exit($seconds >= 2)" || fail "the second run took $seconds s"
restarts=$(grep -c 'Requeuing JobId' "$dir/log/slurmctld.log")
echo "$clips results, once each; the long video as without parts; the second run took $seconds s; $restarts restarts"
