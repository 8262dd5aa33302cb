import Foundation
import Kapao
import Support

/// OpenPose's folder of JSON, one file for each frame, also for one with nobody.
///
/// A missing keypoint is `0,0,0`, as the format demands; the confidence of a keypoint that no keypoint object confirmed is
/// the person's score. `person_id` is the track, or -1. Coordinates are pixels of the upright frame.
///
/// When the first frame has been written, files of the same naming that an earlier run left in the folder are removed: a
/// reader takes all files of a folder for one video.
package final class OpenPoseWriter: PoseWriter, @unchecked Sendable {
  // @unchecked: used by one caller at a time, as PoseWriter demands.

  /// Order of the keypoints and names of the files.
  package enum Layout: Sendable {
    /// OpenPose's 18 points with a neck, in files `VIDEO_000000000000_keypoints.json`.
    case openPose
    /// COCO's 17 points in COCO's order, head, neck and hip, in files `VIDEO_000000.json`: what Pose2Sim's `COCO_17` and
    /// `HALPE_26` have in common, the latter without feet. Pose2Sim takes the last number of a name for the frame.
    case pose2Sim

    var recipes: [MarkerRecipe] { self == .openPose ? .openPose18 : .halpe20 }
    var digits: Int { self == .openPose ? 12 : 6 }
    var suffix: String { self == .openPose ? "_keypoints.json" : ".json" }
  }

  /// The folder.
  package let path: String
  private let context: ExportContext
  private let layout: Layout
  private let markers: MarkerSet
  private let created: Bool
  private var text = TextBuffer()
  private var hasFrames = false

  /// Makes the folder, unless it exists.
  ///
  /// - Throws: `OutputError` where it cannot be made or nothing can be written in it.
  package init(path: String, context: ExportContext, layout: Layout = .openPose) throws {
    self.path = path
    self.context = context
    self.layout = layout
    markers = MarkerSet(layout.recipes, skeleton: context.skeleton)
    let code = UnfinishedOutputs.make(path, isMade: { $0 == 0 }) { FileSystem.makeFolder(path) }
    created = code == 0
    if !created, code != EEXIST { throw OutputError(.create, path: path, code: code) }
    try FolderFiles.requireWritable(path, path: path)
  }

  /// Writes a frame's file.
  package func write(_ record: FrameRecord) throws {
    text.removeAll()
    text.append("{\"version\":1.3,\"people\":[")
    for (index, person) in record.people.enumerated() {
      if index > 0 { text.append("," as Unicode.Scalar) }
      append(ExportedPerson(person, context: context))
    }
    text.append("]}\n")
    let number = String(record.index)
    let digits = String(repeating: "0", count: max(0, layout.digits - number.count)) + number
    let prefix = context.video + "_"
    let file = FileName.path(path, prefix + digits + layout.suffix)
    do {
      try AtomicFile.write(text.bytes, to: file)
    } catch let error as OutputError {
      throw OutputError(.write, path: file, code: error.code)
    }
    if !hasFrames {
      FolderFiles.remove(in: path, prefix: prefix, suffix: layout.suffix) { middle in
        middle != digits && middle.utf8.count >= layout.digits && middle.utf8.allSatisfy { (0x30...0x39).contains($0) }
      }
    }
    if !hasFrames, created { UnfinishedOutputs.forget(path) }
    hasFrames = true
  }

  /// Nothing is left to do: every file is complete.
  package func finish() throws {}

  /// Removes the folder if it was made for this run and has no frames.
  package func abandon() {
    guard created, !hasFrames else { return }
    FileSystem.remove(path)
    UnfinishedOutputs.forget(path)
  }

  private func append(_ person: ExportedPerson) {
    text.append("{\"person_id\":[")
    text.append(person.trackID ?? -1)
    text.append("],\"pose_keypoints_2d\":[")
    for (index, point) in markers.points(of: person).enumerated() {
      if index > 0 { text.append("," as Unicode.Scalar) }
      text.append(json: point)
    }
    text.append("]")
    for name in ["face", "hand_left", "hand_right"] { text.append(",\"\(name)_keypoints_2d\":[]") }
    for name in ["pose", "face", "hand_left", "hand_right"] { text.append(",\"\(name)_keypoints_3d\":[]") }
    text.append("}")
  }
}
