// The headers of libav* that VideoIO uses, macros that Swift cannot import as functions, and what differs between FFmpeg 5.1 and 8.
#pragma once

#include <dlfcn.h>
#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavdevice/version.h>
#include <libavfilter/avfilter.h>
#include <libavfilter/buffersink.h>
#include <libavfilter/buffersrc.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libavutil/display.h>
#include <libavutil/hwcontext.h>
#include <libavutil/imgutils.h>
#include <libavutil/mastering_display_metadata.h>
#include <libavutil/mem.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libavutil/sha.h>
#include <libavutil/time.h>
#include <libavutil/timecode.h>

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

// Makes webcams and filter graphs known as inputs. libavdevice is loaded here, where it is needed: with it come fifty libraries
// of sound and windows, which would cost every start of the program a third more time.
static inline void cffmpeg_register_devices(void) {
  void *library = dlopen("libavdevice.so." AV_STRINGIFY(LIBAVDEVICE_VERSION_MAJOR), RTLD_NOW);
  void (*register_all)(void) = library ? (void (*)(void))dlsym(library, "avdevice_register_all") : NULL;
  if (register_all) register_all();
}

// libavfilter's functions. It is loaded with the first filter graph, which few videos need: with it come thirty libraries, among them
// voices and fonts, which take half of the time in which the program starts.
typedef struct CFFmpegFilters {
  __typeof__(&avfilter_get_by_name) get_by_name;
  __typeof__(&avfilter_graph_alloc) graph_alloc;
  __typeof__(&avfilter_graph_create_filter) graph_create_filter;
  __typeof__(&avfilter_graph_parse_ptr) graph_parse_ptr;
  __typeof__(&avfilter_graph_config) graph_config;
  __typeof__(&avfilter_graph_free) graph_free;
  __typeof__(&avfilter_inout_alloc) inout_alloc;
  __typeof__(&avfilter_inout_free) inout_free;
  __typeof__(&av_buffersrc_add_frame_flags) add_frame;
  __typeof__(&av_buffersink_get_frame) get_frame;
} CFFmpegFilters;

// Returns 0 if the library, or a function of it, is missing.
static inline int cffmpeg_load_filters(CFFmpegFilters *filters) {
  void *library = dlopen("libavfilter.so." AV_STRINGIFY(LIBAVFILTER_VERSION_MAJOR), RTLD_NOW);
  if (!library) return 0;
  filters->get_by_name = (__typeof__(filters->get_by_name))dlsym(library, "avfilter_get_by_name");
  filters->graph_alloc = (__typeof__(filters->graph_alloc))dlsym(library, "avfilter_graph_alloc");
  filters->graph_create_filter = (__typeof__(filters->graph_create_filter))dlsym(library, "avfilter_graph_create_filter");
  filters->graph_parse_ptr = (__typeof__(filters->graph_parse_ptr))dlsym(library, "avfilter_graph_parse_ptr");
  filters->graph_config = (__typeof__(filters->graph_config))dlsym(library, "avfilter_graph_config");
  filters->graph_free = (__typeof__(filters->graph_free))dlsym(library, "avfilter_graph_free");
  filters->inout_alloc = (__typeof__(filters->inout_alloc))dlsym(library, "avfilter_inout_alloc");
  filters->inout_free = (__typeof__(filters->inout_free))dlsym(library, "avfilter_inout_free");
  filters->add_frame = (__typeof__(filters->add_frame))dlsym(library, "av_buffersrc_add_frame_flags");
  filters->get_frame = (__typeof__(filters->get_frame))dlsym(library, "av_buffersink_get_frame");
  return filters->get_by_name && filters->graph_alloc && filters->graph_create_filter && filters->graph_parse_ptr &&
         filters->graph_config && filters->graph_free && filters->inout_alloc && filters->inout_free && filters->add_frame &&
         filters->get_frame;
}

// How long a frame is shown, in units of its time base; 0 if unknown.
static inline int64_t cffmpeg_frame_duration(const AVFrame *frame) {
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(57, 30, 100)
  return frame->duration;
#else
  return frame->pkt_duration;
#endif
}

static inline void cffmpeg_frame_set_duration(AVFrame *frame, int64_t duration) {
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(57, 30, 100)
  frame->duration = duration;
#else
  frame->pkt_duration = duration;
#endif
}

// Whether a frame consists of two fields, and whether the upper one comes first.
static inline int cffmpeg_frame_is_interlaced(const AVFrame *frame) {
#ifdef AV_FRAME_FLAG_INTERLACED
  return (frame->flags & AV_FRAME_FLAG_INTERLACED) != 0;
#else
  return frame->interlaced_frame;
#endif
}

static inline int cffmpeg_frame_top_field_first(const AVFrame *frame) {
#ifdef AV_FRAME_FLAG_TOP_FIELD_FIRST
  return (frame->flags & AV_FRAME_FLAG_TOP_FIELD_FIRST) != 0;
#else
  return frame->top_field_first;
#endif
}

// The display matrix of a stream, nine numbers in 16.16, or null.
static inline const int32_t *cffmpeg_display_matrix(const AVStream *stream) {
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(60, 31, 100)
  const AVPacketSideData *side = av_packet_side_data_get(
      stream->codecpar->coded_side_data, stream->codecpar->nb_coded_side_data, AV_PKT_DATA_DISPLAYMATRIX);
  return side && side->size >= 9 * sizeof(int32_t) ? (const int32_t *)side->data : NULL;
#else
  size_t size = 0;
  const uint8_t *data = av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
  return data && size >= 9 * sizeof(int32_t) ? (const int32_t *)data : NULL;
#endif
}

// The pixel formats that an encoder takes, ended by AV_PIX_FMT_NONE, or null if it takes any.
static inline const enum AVPixelFormat *cffmpeg_pixel_formats(const AVCodec *codec) {
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(61, 13, 100)
  const void *formats = NULL;
  if (avcodec_get_supported_config(NULL, codec, AV_CODEC_CONFIG_PIX_FORMAT, 0, &formats, NULL) < 0) return NULL;
  return (const enum AVPixelFormat *)formats;
#else
  return codec->pix_fmts;
#endif
}

// Makes a decoder give frames of a format in a device's memory where it can, and else, if the device does not take the video,
// of the first format in the processor's.
static inline enum AVPixelFormat cffmpeg_choose_format(AVCodecContext *context, const enum AVPixelFormat *formats) {
  const enum AVPixelFormat wanted = (enum AVPixelFormat)(intptr_t)context->opaque;
  for (const enum AVPixelFormat *format = formats; *format != AV_PIX_FMT_NONE; format++)
    if (*format == wanted) return *format;
  for (const enum AVPixelFormat *format = formats; *format != AV_PIX_FMT_NONE; format++) {
    const AVPixFmtDescriptor *description = av_pix_fmt_desc_get(*format);
    if (description && !(description->flags & AV_PIX_FMT_FLAG_HWACCEL)) return *format;
  }
  return AV_PIX_FMT_NONE;
}

static inline void cffmpeg_want_format(AVCodecContext *context, enum AVPixelFormat format) {
  context->opaque = (void *)(intptr_t)format;
  context->get_format = cffmpeg_choose_format;
}
