import CFFmpeg

extension MediaInfo {
  /// Reads an opened input.
  init(_ context: UnsafeMutablePointer<AVFormatContext>, input: String, videoStreamIndex: Int?, rotate: Int?) {
    let format = context.pointee
    self.input = Redaction.redact(input)
    container = format.iformat.map { String(cString: $0.pointee.name) } ?? ""
    duration = Self.seconds(format.duration)
    startTime = Self.seconds(format.start_time)
    bitRate = format.bit_rate > 0 ? Int(format.bit_rate) : nil
    metadata = Dictionary(libav: format.metadata)
    streams = (0..<Int(format.nb_streams)).compactMap { index in
      format.streams[index].map { StreamInfo(context, $0, rotate: index == videoStreamIndex ? rotate : nil) }
    }
    self.videoStreamIndex = videoStreamIndex
  }

  private static func seconds(_ time: Int64) -> Double? {
    time == cffmpeg_no_pts() ? nil : Double(time) / Double(AV_TIME_BASE)
  }
}

extension Dictionary where Key == String, Value == String {
  /// Copies an AVDictionary.
  init(libav dictionary: OpaquePointer?) {
    self.init()
    var entry: UnsafeMutablePointer<AVDictionaryEntry>?
    while let next = av_dict_get(dictionary, "", entry, AV_DICT_IGNORE_SUFFIX) {
      self[String(cString: next.pointee.key)] = String(cString: next.pointee.value)
      entry = next
    }
  }
}
