import CFFmpeg

extension OutputTemplate {
  /// What an opened input offers to a writer.
  init(
    _ demuxer: Demuxer, video: UnsafeMutablePointer<AVStream>, info: MediaInfo, options: ReaderOptions
  ) throws(VideoError) {
    self.init(timeBase: Rational(video.pointee.time_base), frameRate: info.videoStream?.video?.frameRate)
    let start = demuxer.context.pointee.start_time
    origin = options.start != nil || start == cffmpeg_no_pts() ? nil : start
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
      guard let kind, kind == .audio || kind == .subtitle else { continue }
      passthrough.append(try PassthroughStream(stream, kind: kind))
    }
  }
}
