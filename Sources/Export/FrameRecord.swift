/// What was found in one frame of video: the unit that every exporter writes.
public struct FrameRecord: Hashable, Sendable {
  /// The frame's number in the order of presentation, from 0 at the first frame that was processed.
  public var index: Int
  /// Presentation time stamp in the source's time base, exactly as the demuxer gave it.
  public var pts: Int64
  /// Presentation time in seconds: `pts` times the source's time base.
  public var time: Double
  /// The people in the frame; empty where nobody was found.
  public var people: [PersonRecord]

  /// A frame and its people.
  public init(index: Int, pts: Int64, time: Double, people: [PersonRecord]) {
    self.index = index
    self.pts = pts
    self.time = time
    self.people = people
  }
}
