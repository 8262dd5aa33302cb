import CFFmpeg
import Kapao

/// libavfilter, loaded with the first graph.
enum FilterLibrary {
  private static let loaded: CFFmpegFilters? = {
    var functions = CFFmpegFilters()
    return cffmpeg_load_filters(&functions) == 0 ? nil : functions
  }()

  /// Its functions.
  ///
  /// - Throws: ``VideoError`` where there is no such library.
  static func functions() throws(VideoError) -> CFFmpegFilters {
    guard let loaded else {
      throw VideoError(operation: "load", input: "libavfilter", code: .none, detail: "it is not installed")
    }
    return loaded
  }

  /// Whether it was built with a filter.
  static func has(_ name: String) -> Bool { loaded?.get_by_name(name) != nil }

  /// Frees a graph.
  static func free(_ graph: UnsafeMutablePointer<UnsafeMutablePointer<AVFilterGraph>?>?) { loaded?.graph_free(graph) }
}

/// A libavfilter graph with one video input and one video output.
final class FilterGraph {
  private let library: CFFmpegFilters
  private let owner: Owned<AVFilterGraph>
  private let source: UnsafeMutablePointer<AVFilterContext>
  private let sink: UnsafeMutablePointer<AVFilterContext>

  /// Builds `description` for frames like `frame`.
  init(
    _ description: String, like frame: UnsafeMutablePointer<AVFrame>, timeBase: Rational, threads: Int = 1
  ) throws(VideoError) {
    LibavLog.install()
    let library = try FilterLibrary.functions()
    self.library = library
    owner = try Owned(library.graph_alloc(), "filter graph")
    let graph = owner.native
    graph.pointee.nb_threads = Int32(threads)
    let aspect = frame.pointee.sample_aspect_ratio
    let arguments =
      "video_size=\(frame.pointee.width)x\(frame.pointee.height):pix_fmt=\(frame.pointee.format)"
      + ":time_base=\(timeBase):pixel_aspect=\(max(0, aspect.num))/\(max(1, aspect.den))"
    var source: UnsafeMutablePointer<AVFilterContext>?
    var sink: UnsafeMutablePointer<AVFilterContext>?
    try VideoError.check("filter", description) {
      library.graph_create_filter(&source, library.get_by_name("buffer"), "in", arguments, nil, graph)
    }
    try VideoError.check("filter", description) {
      library.graph_create_filter(&sink, library.get_by_name("buffersink"), "out", nil, nil, graph)
    }
    try VideoError.check("filter", description) {
      var inputs = library.inout_alloc()
      var outputs = library.inout_alloc()
      defer {
        library.inout_free(&inputs)
        library.inout_free(&outputs)
      }
      outputs?.pointee.name = av_strdup("in")
      outputs?.pointee.filter_ctx = source
      inputs?.pointee.name = av_strdup("out")
      inputs?.pointee.filter_ctx = sink
      let result = library.graph_parse_ptr(graph, description, &inputs, &outputs, nil)
      return result < 0 ? result : library.graph_config(graph, nil)
    }
    guard let source, let sink else { preconditionFailure("a configured graph has both ends") }
    self.source = source
    self.sink = sink
  }

  /// Feeds a frame, of which the graph takes a reference of its own; nil ends the input.
  func push(_ frame: UnsafeMutablePointer<AVFrame>?) throws(VideoError) {
    try VideoError.check("filter", "frame") {
      library.add_frame(source, frame, Int32(AV_BUFFERSRC_FLAG_KEEP_REF))
    }
  }

  /// The next output frame; nil if the graph wants more input or has ended.
  func pull() throws(VideoError) -> Owned<AVFrame>? {
    let output = try Owned(av_frame_alloc(), "frame")
    let result = library.get_frame(sink, output.native)
    if result >= 0 { return consume output }
    let code = AVErrorCode(rawValue: result)
    guard code == .again || code == .endOfFile else {
      throw VideoError(operation: "filter", input: "frame", code: code)
    }
    return nil
  }
}
