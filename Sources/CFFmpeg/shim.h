// Macros of libav* that Swift cannot import, as functions, and the headers that VideoIO uses.
#pragma once

#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavdevice/avdevice.h>
#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libavutil/display.h>
#include <libavutil/imgutils.h>
#include <libavutil/mem.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libavutil/sha.h>
#include <libavutil/time.h>

static inline int cffmpeg_error(int code) { return AVERROR(code); }
static inline int cffmpeg_error_eof(void) { return AVERROR_EOF; }
static inline int cffmpeg_error_exit(void) { return AVERROR_EXIT; }
static inline int cffmpeg_error_invalid_data(void) { return AVERROR_INVALIDDATA; }
static inline int cffmpeg_error_stream_not_found(void) { return AVERROR_STREAM_NOT_FOUND; }
static inline int cffmpeg_error_decoder_not_found(void) { return AVERROR_DECODER_NOT_FOUND; }
static inline int cffmpeg_error_encoder_not_found(void) { return AVERROR_ENCODER_NOT_FOUND; }
static inline int cffmpeg_error_demuxer_not_found(void) { return AVERROR_DEMUXER_NOT_FOUND; }
static inline int cffmpeg_error_muxer_not_found(void) { return AVERROR_MUXER_NOT_FOUND; }
static inline int cffmpeg_error_filter_not_found(void) { return AVERROR_FILTER_NOT_FOUND; }
static inline int cffmpeg_error_protocol_not_found(void) { return AVERROR_PROTOCOL_NOT_FOUND; }
static inline int cffmpeg_error_option_not_found(void) { return AVERROR_OPTION_NOT_FOUND; }
static inline int cffmpeg_error_http_server(void) { return AVERROR_HTTP_SERVER_ERROR; }
static inline int64_t cffmpeg_no_pts(void) { return AV_NOPTS_VALUE; }
