#!/usr/bin/env bash
# Makes the tables and plots of docs/paper.md: paper.sh IMAGES ANNOTATIONS [MODEL]. Runs that are kept in out/paper are not
# repeated.
set -euo pipefail
cd "$(dirname "$0")/.."

images=$1 annotations=$2
model=${3:-Models/kapao_n.safetensors}
program=.build/kapao-video
kept=out/paper
docs=docs/paper
mkdir -p "$kept" "$docs"
data=(--images "$images" --annotations "$annotations")
[[ -e $images && -e $annotations ]] || { echo "usage: paper.sh IMAGES ANNOTATIONS [MODEL]" >&2; exit 2; }

sweep() { "$program" sweep "${data[@]}" -m "$model" "${@:2}" -o "$kept/$1" --quiet; }
block() { printf '\n## %s\n\n`kapao-video %s`\n\n' "$1" "$2"; }

{
  echo "# What \`make paper\` measured"
  echo
  echo "Written by [scripts/paper.sh](../../scripts/paper.sh) for $(basename "$model"), $(nproc) cores of" \
    "$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -1), which had a load of $(cut -d' ' -f1 /proc/loadavg) at the start" \
    "(times are longer on a busy machine). \`DATA\` stands for \`--images … --annotations …\`."
  "$program" eval --annotations "$annotations" --stored <(echo '[]') | tail -1 | sed 's/^/Data: /'

  block "Accuracy and time by input size (Figures 1 and 5)" \
    "sweep DATA --sizes 512,640,768,896,1024 --precision int8,fp32 -o OUT"
  sweep sizes --sizes 512,640,768,896,1024 --precision int8,fp32
  cp "$kept/sizes/sweep.svg" "$docs/speed.svg"
  printf '\n![AP against milliseconds](speed.svg)\n'

  block "Test-time augmentation as in Tables 1 to 3" \
    "sweep DATA --precision fp32 --tta off,on --square --preset paper --border official -o OUT"
  sweep tta --precision fp32 --tta off,on --square --preset paper --border official

  block "Fusion with keypoint objects (Table 4)" \
    "sweep DATA --precision fp32 --fusion off,on --preset paper --border official -o OUT"
  sweep fusion --precision fp32 --fusion off,on --preset paper --border official

  block "Fusion rates (Figure 4, right)" \
    "eval DATA --precision fp32 --preset paper --border official --fusion-plot fusion.svg"
  echo '```'
  "$program" eval "${data[@]}" -m "$model" --precision fp32 --preset paper --border official --quiet \
    --fusion-plot "$docs/fusion.svg" | sed -n '/^fused per/,$p'
  echo '```'
  printf '\n![Fused keypoint objects by labelled keypoint](fusion.svg)\n'

  name=$(basename "${model%.*}")
  results=$kept/sizes/results
  block "Errors (Figure 8)" "eval --annotations … --stored $name-640-int8.json --errors --errors-plot errors.svg"
  echo '```'
  "$program" eval --annotations "$annotations" --stored "$results/$name-640-int8.json" --errors \
    --errors-plot "$docs/errors.svg" | sed -n '/^OKS/,$p'
  echo '```'
  printf '\n![Precision and recall with each kind of error put right](errors.svg)\n'

  block "Two methods compared (Equation 13, Figures 9 to 11)" \
    "compare $name-640-fp32.json $name-640-int8.json --annotations … --images … -o page.html"
  echo '```'
  "$program" compare "$results/$name-640-fp32.json" "$results/$name-640-int8.json" --annotations "$annotations" \
    --images "$images" -o "$kept/page.html" --names "fp32,int8"
  echo '```'
} >"$kept/results.md"
mv "$kept/results.md" "$docs/results.md"
echo "docs/paper/results.md and its plots are written; the page of the comparison is $kept/page.html."
