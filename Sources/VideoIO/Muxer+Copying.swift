import CFFmpeg

extension Muxer {
  /// Whether the container begins with the streams that it has so far and one more.
  func begins(with stream: PassthroughStream, options: LibavOptions) -> Bool {
    let wanted = options.all.merging(usualOptions) { option, _ in option }
    // What libav says it knows is more, and sometimes less, than what it takes.
    let isSeekable = context.pointee.pb.map { $0.pointee.seekable & AVIO_SEEKABLE_NORMAL != 0 } ?? false
    return container.begins(isSeekable: isSeekable, options: wanted) { trial in
      for index in 0..<Int(context.pointee.nb_streams) {
        guard let other = context.pointee.streams[index]?.pointee,
          let copy = try? newStream(
            other.codecpar, timeBase: Rational(other.time_base), metadata: Dictionary(libav: other.metadata), in: trial)
        else { continue }
        copy.pointee.sample_aspect_ratio = other.sample_aspect_ratio
        copy.pointee.avg_frame_rate = other.avg_frame_rate
      }
      _ = try? newStream(stream.parameters, timeBase: stream.timeBase, metadata: stream.metadata, in: trial)
    }
  }

  /// Whether players find a stream of this kind in the container.
  func isCommon(_ stream: PassthroughStream) -> Bool {
    let parameters = stream.parameters.pointee
    let codec = parameters.codec_id
    switch parameters.codec_type {
    case AVMEDIA_TYPE_AUDIO: break
    case AVMEDIA_TYPE_ATTACHMENT: return container.name == "matroska"
    default: return container.canHold(codec)
    }
    // MPEG-TS has AAC without the header that these want before the first packet.
    let needsHeader = container.name == "rtsp" || container.isMP4 && !destination.isSeekable
    if codec == AV_CODEC_ID_AAC, parameters.extradata_size == 0, needsHeader { return false }
    switch container.name {
    // Everything else would be private data to players.
    case "mpegts", "hls": return Self.transportStreamAudio.contains(codec)
    // Matroska takes all that AVI knows, which libav does not tell.
    case "matroska": return container.canHold(codec) || Self.isKnownToAVI(codec)
    default: return container.canHold(codec)
    }
  }

  private static let transportStreamAudio = [
    AV_CODEC_ID_AAC, AV_CODEC_ID_AAC_LATM, AV_CODEC_ID_MP2, AV_CODEC_ID_MP3, AV_CODEC_ID_AC3, AV_CODEC_ID_EAC3,
    AV_CODEC_ID_OPUS, AV_CODEC_ID_DTS, AV_CODEC_ID_TRUEHD, AV_CODEC_ID_S302M,
  ]

  private static func isKnownToAVI(_ codec: AVCodecID) -> Bool {
    var tag: UInt32 = 0
    var tags = [avformat_get_riff_audio_tags(), nil]
    return av_codec_get_tag2(&tags, codec, &tag) != 0
  }
}
