#!/bin/bash
# Sends a batch to Slurm: an array of N tasks, and with --split the job that puts parts together when all of them are done.
#
#   TASKS=20 AT_ONCE=4 SBATCH_CPUS_PER_TASK=8 kapao-video-submit.sh /data/matches -o /data/results --export csv --split 10m --refine off
#
# Prints the number of each job. Folders and model have to be reachable under the same names on all nodes.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
tasks=${TASKS:?TASKS is the number of tasks}
cpus=${SBATCH_CPUS_PER_TASK:-1}
options=(--parsable --cpus-per-task="$cpus" ${SBATCH_OPTIONS:-})

export KAPAO_SHARDS=$tasks
job=$(sbatch "${options[@]}" --array="0-$((tasks - 1))${AT_ONCE:+%$AT_ONCE}" "$here/kapao-video-batch.sbatch" "$@")
echo "$job"

merge=()
splits=
while [ $# -gt 0 ]; do
  case $1 in
    --split) splits=1; shift ;;
    --split=*) splits=1 ;;
    *) merge+=("$1") ;;
  esac
  shift
done
[ -n "$splits" ] || exit 0
# Also when a task failed: the videos whose parts are all there are put together, and the others are named.
sbatch "${options[@]}" --dependency="afterany:$job" "$here/kapao-video-merge.sbatch" "${merge[@]}"
