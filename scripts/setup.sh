#!/usr/bin/env bash
# Installs the packages that building, running and testing kapao-video need, and those named. Does nothing where they are all
# there.
set -euo pipefail

packages=(
  pkg-config libavcodec-dev libavformat-dev libavfilter-dev libavdevice-dev libavutil-dev
  libdnnl-dev libopenblas-dev libcairo2-dev libmosquitto-dev libsqlite3-dev zlib1g-dev fonts-dejavu-core
  gcc binutils git make
  ffmpeg python3 python3-venv sqlite3
  # The RTSP server that the tests of live streams read from and push to.
  libgstrtspserver-1.0-0 gir1.2-gst-rtsp-server-1.0 python3-gi gstreamer1.0-plugins-base gstreamer1.0-plugins-good
  gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly gstreamer1.0-rtsp
  # The MQTT broker that they publish to, openssl for certificates, curl for the web page, nginx in front of it, and Node.js
  # for its script; a browser for the page on which courts are clicked.
  chromium-headless-shell mosquitto mosquitto-clients openssl curl nginx-light nodejs
)

packages+=("$@")

if ! command -v swift >/dev/null; then
  echo "kapao-video needs Swift 6.2 or later: see https://www.swift.org/install/linux/" >&2
  exit 1
fi
if ! command -v apt-get >/dev/null; then
  echo "This is no Debian: install the equivalents of: ${packages[*]}" >&2
  exit 0
fi

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if [ "$(id -u)" = 0 ]; then
  root=()
elif sudo -n true 2>/dev/null; then
  root=(sudo)
else
  echo "These packages are missing: ${missing[*]}" >&2
  echo "Install them as root: apt-get update && apt-get install -y --no-install-recommends ${missing[*]}" >&2
  exit 1
fi
echo "Installing ${missing[*]}"
"${root[@]}" apt-get update -qq
DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
