#!/bin/bash
# make_media.sh FOLDER: writes the difficult video files that the tests read, with ffmpeg alone. About ten seconds.
set -euo pipefail
mkdir -p "$1"
cd "$1"
ff() { ffmpeg -hide_banner -loglevel error -y -nostdin "$@"; }
x264=(-c:v libx264 -preset veryfast -threads 1)
test25=testsrc2=s=320x180:r=25

# Video with B-frames and one, or two, audio streams, metadata; as MP4, MPEG-TS with a late start, and with chapters.
ff -f lavfi -i $test25 -f lavfi -i sine=1000:r=48000 -t 6 "${x264[@]}" -g 25 -bf 2 -pix_fmt yuv420p -c:a aac \
  -metadata title='A test' -shortest av.mp4
ff -i av.mp4 -c copy -output_ts_offset 3600 offset.ts
cat > chapters.txt <<'T'
;FFMETADATA1
title=Two parts
[CHAPTER]
TIMEBASE=1/1000
START=0
END=2000
title=First
[CHAPTER]
TIMEBASE=1/1000
START=2000
END=6000
title=Second
T
cat > lines.srt <<'T'
1
00:00:00,500 --> 00:00:01,500
Hello

2
00:00:02,500 --> 00:00:04,000
World
T
ff -i av.mp4 -f lavfi -i sine=440:r=44100:d=6 -i lines.srt -i chapters.txt -map 0:v -map 0:a -map 1:a -map 2:s \
  -map_metadata 3 -map_chapters 3 -c:v copy -c:a:0 copy -c:a:1 libopus -b:a:1 48k -c:s srt \
  -metadata:s:a:0 language=eng -metadata:s:a:1 language=deu -metadata:s:s:0 language=eng full.mkv
ff -i full.mkv -map 0:v -map 0:a:0 -map 0:s -c:v copy -c:a copy -c:s mov_text subtitles.mp4
ff -i av.mp4 -map 0:a -c copy audio_only.m4a
ff -f lavfi -i testsrc2=s=64x64 -frames:v 1 cover.png
ff -i audio_only.m4a -i cover.png -map 0 -map 1 -c copy -disposition:v attached_pic cover.m4a
ff -i av.mp4 -i cover.png -map 1 -map 0 -c copy -disposition:v:0 attached_pic covered.mp4

# Time: variable frame rate, NTSC, no timestamps at all.
ff -f lavfi -i testsrc2=s=320x180:r=30 -t 4 -vf "select='not(mod(n,2))+lt(mod(n,7),2)'" -vsync passthrough \
  -enc_time_base 1/90000 -video_track_timescale 90000 "${x264[@]}" vfr.mp4
ff -f lavfi -i testsrc2=s=320x180:r=30000/1001 -t 2 "${x264[@]}" ntsc.mp4
ff -f lavfi -i testsrc2=s=320x180:r=60 -t 1 "${x264[@]}" fast.mp4
ff -i av.mp4 -an -c copy -bsf:v h264_mp4toannexb -f h264 raw.h264

# Orientation, size, shape of pixels, fields.
# FFmpeg has an option for it from 6.0 on, and ignores the metadata from 7 on.
if ffmpeg -hide_banner -h full 2>/dev/null | grep -e -display_rotation >/dev/null; then
  ff -display_rotation:v:0 90 -i av.mp4 -c copy rot90.mp4
else
  ff -i av.mp4 -c copy -metadata:s:v:0 rotate=90 rot90.mp4
fi
ff -f lavfi -i testsrc=s=321x181:r=25 -t 1 -pix_fmt yuv420p -c:v libvpx-vp9 -deadline realtime -cpu-used 8 odd.webm
ff -f lavfi -i testsrc=s=321x181:r=25 -t 1 -pix_fmt yuv420p -c:v mpeg4 -q:v 3 odd.mp4
ff -f lavfi -i testsrc=s=321x181:r=25 -t 1 -pix_fmt yuv444p "${x264[@]}" odd_444.mp4
ff -f lavfi -i testsrc2=s=360x288:r=25 -t 1 -vf setsar=16/11 "${x264[@]}" sar.mp4
ff -f lavfi -i testsrc2=s=360x288:r=50 -t 2 -vf tinterlace=interleave_top,format=yuv420p "${x264[@]}" \
  -flags +ilme+ildct -x264-params tff=1 interlaced.mp4

# Pixel formats and colour.
ff -f lavfi -i $test25 -t 1 -pix_fmt yuv420p10le -c:v libx265 -preset ultrafast \
  -x265-params log-level=error:pools=1:frame-threads=1 -tag:v hvc1 hevc10.mp4
ff -f lavfi -i $test25 -t 1 -c:v mjpeg -q:v 3 -pix_fmt yuvj420p mjpeg.avi
ff -f lavfi -i $test25 -t 1 -pix_fmt yuv422p -color_range pc -c:v ffv1 full422.mkv
ff -f lavfi -i $test25 -t 1 -vf scale=out_color_matrix=bt709,format=yuv420p -colorspace bt709 -color_primaries bt709 \
  -color_trc bt709 -color_range tv "${x264[@]}" bt709.mp4
ff -f lavfi -i $test25 -t 1 -pix_fmt bgr0 -c:v ffv1 rgb.mkv
ff -f lavfi -i $test25 -t 1 -pix_fmt gray -c:v ffv1 gray8.mkv
ff -f lavfi -i "nullsrc=s=320x180:r=25,format=gray16le,geq=lum='X*12+N'" -t 1 -c:v ffv1 depth.mkv
ff -f lavfi -i $test25 -t 1 -pix_fmt pal8 -c:v png paletted.mkv
ff -f lavfi -i testsrc2=s=322x181 -frames:v 1 image.png
ff -f lavfi -i testsrc2=s=322x182 -frames:v 1 -q:v 2 image.jpg

# Changes in mid-stream.
for size in 320x180 640x360; do ff -f lavfi -i testsrc2=s=$size:r=25 -t 1 "${x264[@]}" -g 25 $size.ts; done
printf 'file 320x180.ts\nfile 640x360.ts\n' > list.txt
ff -f concat -i list.txt -c copy sizes.ts
ff -i 320x180.ts -c copy -f h264 a.h264
ff -f lavfi -i testsrc2=s=480x270:r=25 -t 1 -pix_fmt yuv444p "${x264[@]}" -f h264 b.h264
cat a.h264 b.h264 > formats.h264

# Damage.
ff -i av.mp4 -c copy -movflags +faststart whole.mp4
head -c $(($(stat -c %s whole.mp4) / 2)) whole.mp4 > truncated.mp4
head -c 60000 av.mp4 > no_index.mp4
ff -i av.mp4 -an -c copy -bsf:v 'noise=drop=not(mod(n\,7))' dropped.ts
ff -i av.mp4 -an -c copy -bsf:v "h264_mp4toannexb,noise=amount='if(gt(n,30),500,0)'" -f h264 noise.h264
: > empty.mp4
head -c 5000 /dev/urandom > random.mp4
rm -f chapters.txt list.txt whole.mp4 a.h264 b.h264
