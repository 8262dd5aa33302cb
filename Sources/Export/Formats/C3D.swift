import Foundation

/// A C3D file (c3d.org, "The C3D File Format"): points in millimetres as floats, in the order of Intel's processors.
struct C3D {
  /// Frames that the header can count.
  static let mostFrames = 65_535
  private static let block = 512
  /// The block at which the parameters begin, from 1.
  private static let parameterBlock = 2

  /// The whole file.
  let bytes: [UInt8]

  /// - Parameters:
  ///   - track: Markers in metres; a missing one has the residual −1.
  ///   - rate: Frames a second.
  init(_ track: MarkerTrack, rate: Double) {
    let frames = UInt16(clamping: track.frames.count)
    let labels = track.markers.map(\.name)
    func parameters(dataBlock: Int) -> [UInt8] {
      var section = Section()
      section.group(1, "POINT")
      section.parameter(1, "USED", int16: Int16(clamping: labels.count))
      section.parameter(1, "SCALE", float: -1)
      section.parameter(1, "RATE", float: Float(rate))
      section.parameter(1, "DATA_START", int16: Int16(clamping: dataBlock))
      section.parameter(1, "FRAMES", int16: Int16(bitPattern: frames))
      section.parameter(1, "UNITS", text: ["mm"])
      section.parameter(1, "LABELS", text: labels)
      section.parameter(1, "DESCRIPTIONS", text: labels)
      section.parameter(1, "X_SCREEN", text: ["+X"])
      section.parameter(1, "Y_SCREEN", text: ["+Y"])
      section.group(2, "ANALOG")
      section.parameter(2, "USED", int16: 0)
      section.parameter(2, "GEN_SCALE", float: 1)
      section.parameter(2, "RATE", float: 0)
      return section.finished
    }
    // The number of blocks does not depend on the number that is written in it.
    let dataBlock = Self.parameterBlock + parameters(dataBlock: 0).count / Self.block
    var out: [UInt8] = [UInt8(Self.parameterBlock), 0x50]
    out.append(little: UInt16(clamping: labels.count))
    out.append(little: UInt16(0))
    out.append(little: UInt16(1))
    out.append(little: frames)
    out.append(little: UInt16(0))
    out.append(little: Float(-1).bitPattern)
    out.append(little: UInt16(dataBlock))
    out.append(little: UInt16(0))
    out.append(little: Float(rate).bitPattern)
    out.pad(to: Self.block)
    out += parameters(dataBlock: dataBlock)
    for row in track.frames.indices {
      for marker in track.markers {
        let isThere = marker.x[row].isFinite
        for value in isThere ? [marker.x[row] * 1000, marker.y[row] * 1000, 0, 0] : [0, 0, 0, -1] {
          out.append(little: Float(value).bitPattern)
        }
      }
    }
    out.pad(to: Self.block)
    bytes = out
  }

  /// The parameters: groups and their values, each with the distance to the next.
  private struct Section {
    private var bytes: [UInt8] = [1, 0x50, 0, 84]

    mutating func group(_ number: Int8, _ name: String) {
      record(id: -number, name: name, content: [])
    }

    mutating func parameter(_ group: Int8, _ name: String, int16 value: Int16) {
      var content: [UInt8] = [2, 0]
      content.append(little: UInt16(bitPattern: value))
      record(id: group, name: name, content: content)
    }

    mutating func parameter(_ group: Int8, _ name: String, float value: Float) {
      var content: [UInt8] = [4, 0]
      content.append(little: value.bitPattern)
      record(id: group, name: name, content: content)
    }

    mutating func parameter(_ group: Int8, _ name: String, text values: [String]) {
      let width = values.map(\.utf8.count).max() ?? 0
      var content: [UInt8] = [0xFF, 2, UInt8(clamping: width), UInt8(clamping: values.count)]
      for value in values { content += Array(value.utf8) + Array(repeating: 0x20, count: width - value.utf8.count) }
      record(id: group, name: name, content: content)
    }

    private mutating func record(id: Int8, name: String, content: [UInt8]) {
      bytes += [UInt8(clamping: name.utf8.count), UInt8(bitPattern: id)] + Array(name.utf8)
      // From here to the next: these two bytes, the content and the length of an empty description.
      bytes.append(little: UInt16(clamping: 2 + content.count + 1))
      bytes += content + [0]
    }

    var finished: [UInt8] {
      // A name of no length ends the list.
      var bytes = bytes + [0, 0]
      bytes.pad(to: C3D.block)
      bytes[2] = UInt8(clamping: bytes.count / C3D.block)
      return bytes
    }
  }
}

extension [UInt8] {
  fileprivate mutating func append<T: FixedWidthInteger>(little value: T) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }

  fileprivate mutating func pad(to block: Int) {
    append(contentsOf: repeatElement(0, count: (block - count % block) % block))
  }
}
