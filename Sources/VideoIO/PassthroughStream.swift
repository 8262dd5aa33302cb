import CFFmpeg

/// The description of a stream that is copied from an input to an output.
public final class PassthroughStream: @unchecked Sendable {
  // @unchecked: nothing changes after init.

  /// Index of the stream in the input.
  public let index: Int
  /// What it carries.
  public let kind: StreamInfo.Kind
  /// Short name of the codec.
  public let codec: String
  /// The unit of its timestamps.
  public let timeBase: Rational

  let parameters: UnsafeMutablePointer<AVCodecParameters>
  let metadata: [String: String]
  let disposition: Int32

  init(_ stream: UnsafeMutablePointer<AVStream>, kind: StreamInfo.Kind) throws(VideoError) {
    parameters = try VideoError.allocated(avcodec_parameters_alloc(), "stream")
    index = Int(stream.pointee.index)
    self.kind = kind
    codec = String(cString: avcodec_get_name(stream.pointee.codecpar.pointee.codec_id))
    timeBase = Rational(stream.pointee.time_base)
    metadata = Dictionary(libav: stream.pointee.metadata)
    disposition = stream.pointee.disposition
    try VideoError.check("copy", "stream") { avcodec_parameters_copy(parameters, stream.pointee.codecpar) }
  }

  /// What to call it in a message, such as `audio stream 1 (aac)`.
  var name: String {
    let isAttachment = parameters.pointee.codec_type == AVMEDIA_TYPE_ATTACHMENT
    return "\(isAttachment ? "attachment" : kind.rawValue) stream \(index) (\(codec))"
  }

  /// Whether its parameters are known: sound that is announced, but does not come where the input begins, has none.
  var isKnown: Bool {
    parameters.pointee.codec_type != AVMEDIA_TYPE_AUDIO || parameters.pointee.sample_rate > 0
  }

  /// Whether packets of the other one can be written where this one's are.
  public func isContinued(by other: PassthroughStream) -> Bool {
    let (mine, others) = (parameters.pointee, other.parameters.pointee)
    return index == other.index && timeBase == other.timeBase && mine.codec_id == others.codec_id
      && mine.sample_rate == others.sample_rate && mine.ch_layout.nb_channels == others.ch_layout.nb_channels
      && Self.header(mine).elementsEqual(Self.header(others))
  }

  private static func header(_ parameters: AVCodecParameters) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: parameters.extradata, count: Int(parameters.extradata_size))
  }

  deinit {
    var parameters: UnsafeMutablePointer<AVCodecParameters>? = parameters
    avcodec_parameters_free(&parameters)
  }
}
