/// What was wrong with an input so far.
public struct DamageReport: Sendable, Equatable, Codable {
  /// Frames that were decoded, also those before `start`.
  public var framesDecoded = 0
  /// Packets that are cut off or damaged, as the container tells; whether the decoder makes frames of them or not.
  public var packetsDamaged = 0
  /// Packets that the decoder refused.
  public var packetsFailed = 0
  /// Frames that were decoded with errors; they are delivered.
  public var framesCorrupt = 0
  /// Timestamps that were missing where others were present, or did not increase.
  package var timestampsRepaired = 0
  /// Where time jumped, because recordings were joined or an encoder was started again; what follows is delivered as one
  /// timeline.
  package var timeJumps: [TimeJump] = []
  /// Changes of the picture's size in mid-stream.
  package var sizeChanges = 0
  /// Changes of the pixel format in mid-stream.
  package var formatChanges = 0
  /// Why the first picture of a list that could not be read was skipped.
  package var pictureError: String?
  /// Why reading ended before the end of the input, if it did.
  package var readError: String?

  /// A jump of time that was closed.
  package struct TimeJump: Sendable, Equatable, Codable {
    /// Seconds of the joined time at which what follows goes on.
    package let time: Double
    /// Seconds by which time jumped: forward if positive.
    package let distance: Double

    init(_ jump: TimelineStitcher.Jump) {
      time = Double(jump.time) / 1e6
      distance = Double(jump.distance) / 1e6
    }
  }

  /// An undamaged input.
  package init() {}

  /// Share of what should have been frames that failed or is corrupt, 0…1.
  public var rate: Double {
    let all = framesDecoded + packetsFailed
    return all == 0 ? 0 : Double(packetsFailed + framesCorrupt) / Double(all)
  }

  /// Whether anything was lost or changed.
  public var isEmpty: Bool {
    packetsDamaged == 0 && packetsFailed == 0 && framesCorrupt == 0 && timestampsRepaired == 0 && timeJumps.isEmpty
      && sizeChanges == 0
      && formatChanges == 0
      && readError == nil
  }
}
