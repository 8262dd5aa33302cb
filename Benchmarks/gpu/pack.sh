#!/usr/bin/env bash
# Packs what a machine with a card and without network needs, into a folder: the program, the libraries that it may lack, a clip of
# 720p, models, the measurement, and a library that stands for a device that takes no time. Prints the folder's size.
#
#   Benchmarks/gpu/pack.sh FOLDER [MODEL:SIZE ...]
#
# There:  FOLDER/run.sh [options of measure.py]
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
folder=${1:?a folder}
shift
models=("$@")
[ ${#models[@]} -gt 0 ] || models=("$root/Models/kapao_n.safetensors:640")
program=${KAPAO_PROGRAM:-$root/.build/kapao-video}
mkdir -p "$folder/lib"

cp "$program" "$folder/kapao-video"
strip "$folder/kapao-video"
# All but what belongs to the C library, which has to be the machine's own.
ldd "$program" | awk '$3 ~ /^\// {print $3}' |
  grep -vE '/(ld-linux.*|lib(c|m|dl|rt|pthread|resolv|gcc_s|stdc\+\+)\.so.*)$' | xargs -I{} cp -Ln {} "$folder/lib/"
cp "$root/Benchmarks/gpu/measure.py" "$folder/"
ffmpeg -v error -y -stream_loop 9 -i "$root/Samples/campus.mp4" -vf scale=1280:720,setsar=1 -an -c:v libx264 -preset veryfast -crf 23 \
  -frames:v 1200 "$folder/clip_720p.mp4"
options=()
for entry in "${models[@]}"; do
  cp "${entry%:*}" "$folder/"
  options+=(--model "$(basename "${entry%:*}"):${entry##*:}")
done

cat > "$folder/run.sh" <<EOF
#!/usr/bin/env bash
# Measures this machine. LD_LIBRARY_PATH is for what the machine lacks, after what it has.
set -euo pipefail
cd "\$(dirname "\$0")"
export LD_LIBRARY_PATH="\${LD_LIBRARY_PATH:+\$LD_LIBRARY_PATH:}\$PWD/lib" KAPAO_MODEL="\$PWD/$(basename "${models[0]%:*}")"
# ONNX Runtime as python3 has it, whose own folders are not looked into.
runtime=\$(python3 -c 'import onnxruntime, os; print(os.path.dirname(onnxruntime.__file__) + "/capi")' 2>/dev/null || true)
[ -z "\$runtime" ] || export KAPAO_ONNXRUNTIME=\${KAPAO_ONNXRUNTIME:-\$runtime}
nvidia-smi -L 2>/dev/null || echo "no card of NVIDIA"
./kapao-video doctor | grep -iE 'kapao|onnx|device' || true
real=\$(ls "\${KAPAO_ONNXRUNTIME:-/nowhere}"/libonnxruntime.so* 2>/dev/null | head -1 || true)
instant=()
if [ -n "\$real" ] && command -v gcc >/dev/null; then
  version=\${real##*.so.}
  gcc -shared -fPIC -O2 -I. -DVERSION="\"\$version\"" -DREAL="\"\$real\"" -DRUN_ONCE -o libinstant.so library.c
  instant=(--instant "\$PWD/libinstant.so")
fi
exec python3 measure.py --program ./kapao-video --clip clip_720p.mp4 ${options[*]} "\${instant[@]}" "\$@"
EOF
chmod +x "$folder/run.sh"
cp "$root/Tests/Fixtures/onnx/library.c" "$root/Sources/COnnxRuntime/include/COnnxRuntime.h" "$folder/"
du -sm "$folder" | awk '{print $1 " MiB in " $2}'
