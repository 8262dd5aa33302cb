import Support

/// The text of a TRC file.
package struct TRCText: Sendable {
  /// The text, as UTF-8.
  package let bytes: [UInt8]

  /// - Parameters:
  ///   - track: The markers.
  ///   - name: The file's name, which is part of the header.
  ///   - up: What Y is multiplied by: −1 where the track's y points down and the file's is to point up.
  ///   - decimals: Of the positions.
  ///   - origin: Seconds that are 0 in the file.
  ///   - frameRate: Frames per second.
  package init(
    _ track: MarkerTrack, name: String, up: Double, decimals: Int, origin: Double, frameRate: Double
  ) {
    var text = TextBuffer()
    func appendRate() {
      text.append(frameRate, decimals: 6)
      text.trimZeros(decimals: 6)
    }
    text.append("PathFileType\t4\t(X/Y/Z)\t\(name)\n")
    text.append("DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames\n")
    appendRate()
    text.append("\t")
    appendRate()
    text.append("\t\(track.frames.count)\t\(track.markers.count)\tm\t")
    appendRate()
    text.append("\t\(track.frames.first?.index ?? 0)\t\(track.frames.count)\n")
    text.append("Frame#\tTime")
    for marker in track.markers { text.append("\t\(marker.name)\t\t") }
    text.append("\n\t")
    for number in track.markers.indices { text.append("\tX\(number + 1)\tY\(number + 1)\tZ\(number + 1)") }
    text.append("\n")
    for (row, frame) in track.frames.enumerated() {
      text.append(frame.index)
      text.append("\t")
      text.append(frame.time - origin, decimals: 6)
      for marker in track.markers {
        guard !marker.x[row].isNaN else {
          text.append("\t\t\t")
          continue
        }
        text.append("\t")
        text.append(marker.x[row], decimals: decimals)
        text.append("\t")
        text.append(up * marker.y[row], decimals: decimals)
        text.append("\t0")
      }
      text.append("\n")
    }
    bytes = text.bytes
  }
}
