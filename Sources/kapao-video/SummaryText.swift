import Foundation
import Pipeline

/// The lines at the end of a run.
struct SummaryText {
  let lines: [String]

  init(_ summary: AnnotationSummary) {
    let progress = summary.progress
    var lines = summary.warnings.map { "Note: \($0)" }
    lines.append(
      String(
        format: "%@ in %@ (%.1f frames/s), %d with people, %.1f people in each of those",
        progress.frames.counted("frame"), ProgressReporter.duration(progress.seconds), progress.frameRate,
        progress.framesWithPeople,
        Double(progress.people) / Double(max(1, progress.framesWithPeople))))
    if summary.skipped > 0 {
      lines.append(
        "People were looked for in \(progress.detectedFrames) of \(progress.frames) frames; the others are interpolated"
      )
    }
    let damage = summary.damage
    if !damage.isEmpty {
      var parts: [String] = []
      if damage.packetsDamaged > 0 { parts.append("\(damage.packetsDamaged) packets cut off or damaged") }
      if damage.packetsFailed > 0 { parts.append("\(damage.packetsFailed) packets not decoded") }
      if damage.framesCorrupt > 0 { parts.append("\(damage.framesCorrupt) frames damaged") }
      if damage.timestampsRepaired > 0 { parts.append("\(damage.timestampsRepaired) time stamps repaired") }
      if damage.sizeChanges > 0 { parts.append("\(damage.sizeChanges) changes of size") }
      if damage.formatChanges > 0 { parts.append("\(damage.formatChanges) changes of pixel format") }
      if let error = damage.readError { parts.append("reading ended early: \(error)") }
      lines.append("Damage: " + parts.joined(separator: ", "))
    }
    lines.append(
      "Time per frame: "
        + summary.stages.map { stage in
          String(format: "%@ %.1f ms", stage.name, stage.busy / Double(max(1, progress.frames)) * 1000)
            + (stage.workers > 1 ? " on each of \(stage.workers) threads" : "")
        }.joined(separator: ", "))
    for path in [summary.video].compactMap({ $0 }) + summary.exports where path != "-" { lines.append("Wrote \(path)") }
    if summary.wasInterrupted { lines.append("Interrupted: what is written ends there.") }
    self.lines = lines
  }

  func print() { StandardError.print(lines.joined(separator: "\n")) }
}
