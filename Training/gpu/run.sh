#!/usr/bin/env bash
# Goes on with the long run on a machine with a GPU, without a network: gpu/run.sh PACK OUT MINUTES [OPTIONS]. See README.md.
set -euo pipefail
cd "$(dirname "$0")/.."
pack=$(realpath "${1:?the file that gpu.pack wrote}") out=$(realpath -m "${2:?a folder for the results}")
export PYTHONUNBUFFERED=1
timeout -k 20 "$(( ${3:-9} * 60 + 90 ))" "${PYTHON:-python3}" -m gpu.train --pack "$pack" --state state/kapao_n.state --out "$out" \
  --minutes "${3:-9}" "${@:4}" 2>&1 | tee "$out.log"
mv "$out.log" "$out/run.log"
