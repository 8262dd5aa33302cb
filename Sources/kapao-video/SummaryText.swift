import Foundation
import Pipeline
import Support
import VideoIO

/// The lines at the end of a run.
struct SummaryText {
  let lines: [String]

  /// - Parameter unnamed: An output that is not told of.
  init(_ summary: AnnotationSummary, without unnamed: String? = nil) {
    let progress = summary.progress
    var lines = summary.warnings.map { "Note: \($0)" }
    lines.append(
      String(
        format: "%@ in %@ (%.1f frames/s), %d with people, %.1f people in each of those",
        progress.frames.counted("frame"), ProgressReporter.duration(progress.seconds), progress.frameRate,
        progress.framesWithPeople,
        Double(progress.people) / Double(max(1, progress.framesWithPeople))))
    if let matched = summary.matched {
      lines.append("Drew the poses of \(matched.counted("frame")) into \(progress.frames.counted("frame"))")
    }
    if summary.skipped > 0 {
      lines.append(
        "People were detected in \(progress.detectedFrames) of \(progress.frames) frames; in the others they are "
          + (summary.isRefined ? "found in crops, or interpolated" : "interpolated")
      )
    }
    let damage = summary.damage
    if !damage.isEmpty {
      var parts: [String] = []
      if damage.packetsDamaged > 0 { parts.append("\(damage.packetsDamaged) packets cut off or damaged") }
      if damage.packetsFailed > 0 { parts.append("\(damage.packetsFailed) packets not decoded") }
      if damage.framesCorrupt > 0 { parts.append("\(damage.framesCorrupt) frames damaged") }
      if damage.timestampsRepaired > 0 { parts.append("\(damage.timestampsRepaired) time stamps repaired") }
      for jump in damage.timeJumps.prefix(5) { parts.append(Self.text(jump)) }
      if damage.timeJumps.count > 5 { parts.append("\(damage.timeJumps.count - 5) further jumps of time closed") }
      if damage.sizeChanges > 0 { parts.append("\(damage.sizeChanges) changes of size") }
      if damage.formatChanges > 0 { parts.append("\(damage.formatChanges) changes of pixel format") }
      if let error = damage.pictureError { parts.append("first: \(error)") }
      if let error = damage.readError { parts.append("reading ended early: \(error)") }
      lines.append("Damage: " + parts.joined(separator: ", "))
    }
    let stages = summary.stages.flatMap { $0.steps.isEmpty ? [$0] : $0.steps }
    let times = stages.map { stage -> String in
      let time = String(format: "%@ %.1f ms", stage.name, stage.busy / Double(max(1, progress.frames)) * 1000)
      return time + (stage.workers > 1 ? " on each of \(stage.workers) threads" : "")
    }
    lines.append("Time per frame: " + times.joined(separator: ", "))
    for path in [summary.video].compactMap({ $0 }) + summary.exports where path != "-" && path != unnamed {
      lines.append("Wrote \(path)")
    }
    if summary.wasInterrupted { lines.append("Interrupted: what is written ends there.") }
    self.lines = lines
  }

  private static func text(_ jump: DamageReport.TimeJump) -> String {
    let distance = String(format: "%.3f", abs(jump.distance))
    return String(
      format: "time jumps %@ by %@ s at %.3f s, closed", jump.distance < 0 ? "back" : "forward", distance, jump.time)
  }

  func print() { StandardError.print(lines.joined(separator: "\n")) }
}
