#!/usr/bin/env bash
# Reads every export format back with the programs it is meant for.
#
#   Tests/ReadBack/run.sh [PROGRAM]     default: .build/release/kapao-video
set -euo pipefail
cd "$(dirname "$0")/../.."

program=${1:-.build/release/kapao-video}
venv=.build/venv
if [ ! -x "$venv/bin/python" ]; then
  python3 -m venv "$venv"
fi
# Without dependencies: movement, sleap-io, Pose2Sim and Sports2D ask for gigabytes of video libraries, networks and viewers
# that reading files does not need; requirements.txt names everything that it does.
stamp=$venv/read-back.txt
if ! cmp -s Tests/ReadBack/requirements.txt "$stamp"; then
  "$venv/bin/pip" install --quiet --disable-pip-version-check --no-deps --requirement Tests/ReadBack/requirements.txt
  cp Tests/ReadBack/requirements.txt "$stamp"
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
PYTHONDONTWRITEBYTECODE=1 "$venv/bin/python" -W ignore Tests/ReadBack/read_back.py "$program" "$work" Samples/campus.mp4
