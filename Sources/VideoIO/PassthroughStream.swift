import CFFmpeg
import Foundation

/// The description of a stream that is copied from an input to an output.
public final class PassthroughStream: @unchecked Sendable {
  // @unchecked: nothing changes after init.

  /// Index of the stream in the input.
  package let index: Int
  /// What it carries.
  package let kind: StreamInfo.Kind
  /// Short name of the codec.
  package let codec: String
  /// The unit of its timestamps.
  package let timeBase: Rational

  /// When it begins, in microseconds; nil if unknown.
  let start: Int64?
  private let owner: Owned<AVCodecParameters>
  var parameters: UnsafeMutablePointer<AVCodecParameters> { owner.native }
  let metadata: [String: String]
  let disposition: Int32

  init(_ stream: UnsafeMutablePointer<AVStream>, kind: StreamInfo.Kind) throws(VideoError) {
    owner = try Owned(avcodec_parameters_alloc(), "stream")
    index = Int(stream.pointee.index)
    self.kind = kind
    codec = String(cString: avcodec_get_name(stream.pointee.codecpar.pointee.codec_id))
    timeBase = Rational(stream.pointee.time_base)
    let first = stream.pointee.start_time
    start = first == cffmpeg_no_pts() ? nil : first.microseconds(Rational(stream.pointee.time_base))
    metadata = Dictionary(libav: stream.pointee.metadata)
    disposition = stream.pointee.disposition
    try VideoError.check("copy", "stream") { avcodec_parameters_copy(parameters, stream.pointee.codecpar) }
  }

  /// What to call it in a message, such as `audio stream 1 (aac)`.
  var name: String {
    let isAttachment = parameters.pointee.codec_type == AVMEDIA_TYPE_ATTACHMENT
    return "\(isAttachment ? "attachment" : kind.rawValue) stream \(index) (\(codec))"
  }

  /// Whether its parameters are known: audio that is announced, but does not come where the input begins, has none.
  var isKnown: Bool {
    parameters.pointee.codec_type != AVMEDIA_TYPE_AUDIO || parameters.pointee.sample_rate > 0
  }

  /// Whether packets of the other one can be written where this one's are.
  package func isContinued(by other: PassthroughStream) -> Bool {
    let (mine, others) = (parameters.pointee, other.parameters.pointee)
    return index == other.index && timeBase == other.timeBase && mine.codec_id == others.codec_id
      && mine.sample_rate == others.sample_rate && mine.ch_layout.nb_channels == others.ch_layout.nb_channels
      && Self.header(mine).elementsEqual(Self.header(others))
  }

  private static func header(_ parameters: AVCodecParameters) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: parameters.extradata, count: Int(parameters.extradata_size))
  }
}

/// What a ``VideoWriter`` takes over from an input: time base, frame rate, copied streams, metadata, the origin of time.
public struct OutputTemplate: Sendable {
  /// The time base of the frames.
  package var timeBase: Rational
  /// Average frames per second; nil if unknown.
  package var frameRate: Rational?
  /// The frames per second that an output of constant rate needs, so that no two frames fall together; nil if unknown.
  package var constantRate: Rational?
  /// Time of the source that becomes 0 in the output, in microseconds; nil for the first frame's.
  package var origin: Int64?
  /// Time of the video's first frame in the source, which its timecode is that of, in microseconds; nil if unknown.
  package var videoStart: Int64?
  /// `progressive`, `tt`, `bb`, `tb`, `bt` as in ``StreamInfo/Video/fieldOrder``; nil if unknown.
  package var fieldOrder: String?
  /// Metadata of the container, such as `title`.
  package var metadata: [String: String]
  /// Metadata of the video stream, such as `language`.
  package var videoMetadata: [String: String]
  /// Chapters, in time of the source.
  package var chapters: [Chapter]
  /// The streams whose packets are copied.
  package var passthrough: [PassthroughStream]
  /// Files that are part of the input, such as the fonts of its subtitles; they have no packets.
  package var attachments: [PassthroughStream]
  /// What else is in the input and cannot be taken over, such as `data stream 3 (gpmd, GoPro MET)`.
  package var leftOut: [String] = []

  /// A part of the input with a name.
  package struct Chapter: Sendable, Equatable {
    /// First moment in microseconds.
    package var start: Int64
    /// The moment after the last, in microseconds.
    package var end: Int64
    /// Such as `title`.
    package var metadata: [String: String]
  }

  /// A video that has nothing but frames.
  public init(timeBase: Rational, frameRate: Rational? = nil) {
    self.timeBase = timeBase
    self.frameRate = frameRate
    metadata = [:]
    videoMetadata = [:]
    chapters = []
    passthrough = []
    attachments = []
  }
}

extension OutputTemplate {
  /// What an opened input offers to a writer.
  init(
    _ demuxer: Demuxer, video: UnsafeMutablePointer<AVStream>, info: MediaInfo, options: ReaderOptions
  ) throws(VideoError) {
    self.init(timeBase: Rational(video.pointee.time_base), frameRate: info.videoStream?.video?.frameRate)
    constantRate = StreamInfo.constantRate(demuxer.context, video)
    let start = demuxer.context.pointee.start_time
    origin = options.start != nil || start == cffmpeg_no_pts() ? nil : start
    let first = video.pointee.start_time
    videoStart = first == cffmpeg_no_pts() ? nil : first.microseconds(timeBase)
    fieldOrder = info.videoStream?.video?.fieldOrder
    metadata = info.metadata
    videoMetadata = Dictionary(libav: video.pointee.metadata)
    videoMetadata["rotate"] = nil
    let window = TrimWindow(options, origin: start == cffmpeg_no_pts() ? 0 : start)
    for index in 0..<Int(demuxer.context.pointee.nb_chapters) {
      guard let chapter = demuxer.context.pointee.chapters[index]?.pointee else { continue }
      let unit = Rational(chapter.time_base)
      let first = max(chapter.start.microseconds(unit), window.start ?? .min)
      let last = min(chapter.end.microseconds(unit), window.end ?? .max)
      guard first < last else { continue }
      chapters.append(Chapter(start: first, end: last, metadata: Dictionary(libav: chapter.metadata)))
    }
    guard options.passthrough else { return }
    for stream in demuxer.streams {
      let kind = info.streams.first { $0.index == Int(stream.pointee.index) }?.kind
      if stream.pointee.codecpar.pointee.codec_type == AVMEDIA_TYPE_ATTACHMENT {
        attachments.append(try PassthroughStream(stream, kind: .other))
      }
      guard let kind, kind == .audio || kind == .subtitle else {
        let isChapters = demuxer.context.pointee.nb_chapters > 0 && Self.isText(stream)
        if stream != video, !isChapters, let name = Self.name(stream) { leftOut.append(name) }
        continue
      }
      passthrough.append(try PassthroughStream(stream, kind: kind))
    }
  }

  /// Whether a stream of data is the text that MP4 keeps the names of chapters in, which are written as chapters.
  private static func isText(_ stream: UnsafeMutablePointer<AVStream>) -> Bool {
    let parameters = stream.pointee.codecpar.pointee
    let text = "text".utf8.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    return parameters.codec_type == AVMEDIA_TYPE_DATA && parameters.codec_tag == text
  }

  /// What to call a stream that is neither copied nor decoded; nil for an attachment, and for a time code, which the
  /// metadata have as well.
  private static func name(_ stream: UnsafeMutablePointer<AVStream>) -> String? {
    let parameters = stream.pointee.codecpar.pointee
    guard parameters.codec_type != AVMEDIA_TYPE_ATTACHMENT else { return nil }
    let isVideo = parameters.codec_type == AVMEDIA_TYPE_VIDEO
    let tag = String(
      decoding: (0..<4).map { UInt8(truncatingIfNeeded: parameters.codec_tag >> (8 * $0)) }, as: UTF8.self)
    let hasTag = !isVideo && tag.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
    let format = hasTag ? tag : String(cString: avcodec_get_name(parameters.codec_id))
    guard format != "tmcd" else { return nil }
    let isPicture = stream.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC != 0
    let kind = isPicture ? "attached picture" : isVideo ? "video stream" : "data stream"
    let handler = Dictionary(libav: stream.pointee.metadata)["handler_name"]?.trimmingCharacters(
      in: .whitespacesAndNewlines)
    let words = [format, isVideo ? "" : handler ?? ""].filter { !$0.isEmpty }
    return "\(kind) \(stream.pointee.index) (\(words.joined(separator: ", ")))"
  }
}
