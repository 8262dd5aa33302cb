import CFFmpeg
import Foundation
import Kapao
import Support

/// Reads a file, URL, pipe or device: upright 8-bit YUV frames of one size with the source's own timestamps, and the
/// packets of streams that are copied.
///
/// Damage does not end reading: what decodes is delivered and the rest is counted in ``damage``. One thread calls
/// ``next()``; ``cancel()`` and ``damage`` may be called from any.
public final class VideoReader: @unchecked Sendable {
  // @unchecked: `next()` and `close()` belong to one stage; `interrupter` and `report` lock themselves.

  /// What was found when opening.
  public let info: MediaInfo
  /// What a writer needs to know of this input.
  public let template: OutputTemplate
  /// The time base of the frames.
  public let timeBase: Rational

  let options: ReaderOptions
  let demuxer: Demuxer
  let decoder: FrameDecoder
  let stream: UnsafeMutablePointer<AVStream>
  let normaliser: FrameNormaliser
  let interrupter: Interrupter
  let report = Locked(DamageReport())
  let window: TrimWindow
  private let packetOwner: Owned<AVPacket>
  var packet: UnsafeMutablePointer<AVPacket> { packetOwner.native }
  let passthrough: Set<Int32>
  let frameTicks: Int64

  /// When the packet that was read last had arrived, in seconds of `MonotonicTime`.
  package internal(set) var packetArrival = 0.0

  var arrivals = PacketArrivals()
  var timestamps = TimestampRepair()
  var stitcher: TimelineStitcher
  /// What the stitcher added to the last video packet's time.
  var videoShift: Int64 = 0
  var references: ReferenceTracker
  /// The streams that show where time jumps.
  let leading: Set<Int32>
  /// Video packets from the last key frame on, kept while the start is still to come.
  var backlog: [MediaPacket] = []
  var backlogNext = 0
  var backlogSize = 0
  var isScanning = false
  /// Whether packets are left out up to the next key frame.
  var awaitsKeyFrame = false
  var pending: [ReaderItem] = []
  var holdsPacket = false
  var inputEnded = false
  var videoEnded = false
  var seekMargins: [Int64?] = []
  var isAwaitingStart: Bool
  var finishedStreams: Set<Int32> = []
  var nextIndex = 0
  private var isOpen = true

  /// Opens `input`: a path, a URL, `-` for standard input, or what the device format of the options wants.
  ///
  /// - Throws: ``VideoError``: unusable input (missing, not a video, nothing to decode it with), transient (network),
  ///   or cancelled.
  public convenience init(_ input: String, options: ReaderOptions = ReaderOptions()) throws {
    try self.init(input, options: options, interrupter: Interrupter())
  }

  /// Opens an input; the interrupter breaks opening and reading off from any thread.
  ///
  /// - Throws: `VideoError`.
  package init(_ input: String, options: ReaderOptions = ReaderOptions(), interrupter: Interrupter) throws {
    interrupter.allow(options.timeout)
    let libav = LibavOptions(options.libavOptions)
    let isAddress = ["rtsp:", "rtsps:"].contains { input.lowercased().hasPrefix($0) } && !Demuxer.isFile(input)
    if options.format == "rtsp" || isAddress, libav["rtsp_transport"] == nil { libav["rtsp_transport"] = "tcp" }
    if let rate = options.frameRate { libav["framerate"] = rate }
    // A file on a server: a connection that breaks is made again where it broke.
    let isRemoteFile = !options.lowDelay && options.format == nil && input.wholeMatch(of: /(?i)https?:\/\/.*/) != nil
    if isRemoteFile, !Demuxer.isFile(input) {
      for (name, value) in [("reconnect", "1"), ("reconnect_delay_max", "4")] where libav[name] == nil {
        libav[name] = value
      }
    }
    let demuxer = try Demuxer(
      input, format: options.format, options: libav, following: options.following, interrupter: interrupter)
    let stream = try demuxer.videoStream(options.videoStreamIndex)
    let rate = StreamInfo.frameRate(demuxer.context, stream)
    decoder = try FrameDecoder(
      stream, input: input, options: options, frameRate: rate, mayBeInPieces: demuxer.mayHavePieces(stream),
      libav: libav)
    if options.frameRate != nil, libav["framerate"] != nil {
      throw VideoError(
        operation: "open", input: input, code: .none, detail: "it has times of its own, and takes no frame rate",
        kind: .unusableInput)
    }
    try libav.checkAllTaken("open", input, kind: .unusableInput)
    packetOwner = try Owned(av_packet_alloc(), input)

    info = MediaInfo(
      demuxer.context, input: input, videoStreamIndex: Int(stream.pointee.index), rotate: options.rotate)
    timeBase = Rational(stream.pointee.time_base)
    frameTicks = rate.map { Int64(1).rescaled(from: $0.inverse, to: Rational(stream.pointee.time_base)) } ?? 1
    normaliser = FrameNormaliser(
      stream: Orientation(stream), rotate: options.rotate, hdr: options.hdr,
      timeBase: Rational(stream.pointee.time_base))
    template = try OutputTemplate(demuxer, video: stream, info: info, options: options)
    passthrough = Set(template.passthrough.map { Int32($0.index) })
    let start = demuxer.context.pointee.start_time
    window = TrimWindow(options, origin: start == cffmpeg_no_pts() ? 0 : start)
    isAwaitingStart = window.start != nil
    self.options = options
    self.demuxer = demuxer
    self.stream = stream
    self.interrupter = interrupter
    stitcher = TimelineStitcher(mayJump: demuxer.mayJump && !options.lowDelay)
    references = ReferenceTracker(stream.pointee.codecpar.pointee.codec_id)
    leading = demuxer.streamsThatLead(stream)
    let read = demuxer.mayJump && !options.lowDelay ? passthrough.union(leading) : passthrough
    for other in demuxer.streams where other != stream && !read.contains(other.pointee.index) {
      other.pointee.discard = AVDISCARD_ALL
    }
    beginSeeking()
  }

  /// Describes an input without decoding it; an input without video is no error here.
  ///
  /// - Throws: ``VideoError`` when the input cannot be opened.
  public static func probe(_ input: String, options: ReaderOptions = ReaderOptions()) throws -> MediaInfo {
    let interrupter = Interrupter()
    interrupter.allow(options.timeout)
    let libav = LibavOptions(options.libavOptions)
    if let rate = options.frameRate { libav["framerate"] = rate }
    let demuxer = try Demuxer(
      input, format: options.format, options: libav, following: options.following, interrupter: interrupter)
    let video = try? demuxer.videoStream(options.videoStreamIndex)
    return MediaInfo(
      demuxer.context, input: input, videoStreamIndex: video.map { Int($0.pointee.index) }, rotate: options.rotate)
  }

  /// Whether libav has an input format of this name, for ``ReaderOptions/format``.
  package static func isFormat(_ name: String) -> Bool { Demuxer.isFormat(name) }

  /// What was wrong with the input so far.
  public var damage: DamageReport { report.value }

  /// Ends the present read, and every later one, with a ``VideoError`` of kind `cancelled`.
  public func cancel() {
    interrupter.cancel()
  }

  /// Closes input and decoder; further calls do nothing, and ``next()`` gives nil.
  public func close() {
    guard isOpen else { return }
    isOpen = false
    videoEnded = true
    inputEnded = true
    pending = []
    dropBacklog()
    decoder.close()
    demuxer.close()
  }

  /// The next frame or packet; nil at the end.
  ///
  /// - Throws: ``VideoError``: transient (the network failed), cancelled, or unusable input if the whole input has no
  ///   frame that can be decoded, or none in the wanted range.
  public func next() throws -> ReaderItem? {
    repeat {
      try checkCancelled()
      if !isAwaitingStart, !pending.isEmpty { return pending.removeFirst() }
    } while try advance()
    return nil
  }

  /// Size of the frames in pixels: that of the first one, which is decoded for it and stays the next one. Headers do not
  /// always tell it, nor how a picture is turned, nor what follows where reading starts.
  ///
  /// - Throws: As ``next()``.
  public func frameSize() throws -> ImageSize {
    while true {
      if let size = normaliser.size { return size }
      try checkCancelled()
      guard try advance() else { throw nothingDecoded }
    }
  }

  private func checkCancelled() throws {
    guard interrupter.isCancelled, isOpen else { return }
    throw VideoError(operation: "read", input: info.input, code: .exit, kind: .cancelled)
  }

  /// One step towards the next item; false at the end.
  private func advance() throws -> Bool {
    guard videoEnded, inputEnded else {
      try step()
      return true
    }
    if isOpen, nextIndex == 0 { throw nothingDecoded }
    return false
  }

  private var nothingDecoded: VideoError {
    let isTrimmed = (window.start != nil || window.end != nil) && report.value.framesDecoded > 0
    let detail =
      isTrimmed
      ? "no frame in the wanted range of time"
      : "no frame could be decoded" + (demuxer.canGoBack ? "" : "; a file may be readable where its stream is not")
    return VideoError(
      operation: "decode", input: info.input, code: .none, detail: detail, kind: .unusableInput)
  }
}
