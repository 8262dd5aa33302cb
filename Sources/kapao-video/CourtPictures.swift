import Analysis
import ArgumentParser
import Evaluation
import Export
import Foundation
import Pipeline
import Render
import Support
import VideoIO

/// `kapao-video court page`.
struct CourtPageCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "page", abstract: "Writes a page of HTML on which the points of a court are clicked in a frame.",
    discussion: """
      The page needs no network and gives the same court.json as kapao-video court fit. With a court.json as --court its \
      points are there to be corrected.

      EXAMPLES:
        kapao-video court page match.mp4 --court tennis -o page.html
        kapao-video court page match.mp4 --court court.json -o page.html
      """)

  @Argument(help: "The video or a frame of it.") var input: String
  @Option(help: "squash, tennis, padel, badminton, basketball, football, or a file with a plan or points.")
  var court: String
  @Option(help: "The frame that is shown, seconds after the beginning.") var at = 0.0
  @Option(help: "Largest error of a point, centimetres.") var maxError = 25.0
  @Option(name: .shortAndLong, help: "The page to write, - for standard output.") var output: String

  func validate() throws {
    guard at >= 0, at.isFinite else { throw ValidationError("--at takes seconds from 0.") }
    guard maxError > 0 else { throw ValidationError("--max-error is above 0.") }
    try OutputCheck(inputs: [input, court], videos: [output]).validate()
  }

  func run() throws {
    let plan = try CourtFile.court(court)
    let landmarks = Court.known[court] == nil ? (try? CourtFile.read(court))?.landmarks ?? [] : []
    let frame = try StillImage.frame(input, at: at)
    let page = try CourtPage(
      court: plan, landmarks: landmarks, jpeg: try JPEGEncoder(quality: 2).encode(frame), width: frame.size.width,
      height: frame.size.height, limit: maxError)
    try AtomicFile.write([UInt8](page.html.utf8), to: output)
  }
}

/// `kapao-video court draw`.
struct CourtDraw: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "draw", abstract: "Draws a fitted court over a frame or a video, to see whether it lies on the lines.",
    discussion: """
      EXAMPLES:
        kapao-video court draw match.mp4 --court court.json -o frame.png
        kapao-video court draw match.mp4 --court court.json -o court.mp4
      """)

  @Argument(help: "The video or a frame of it.") var input: String
  @Option(help: "The court: a file of kapao-video court fit or court page.") var court: String
  @Option(help: "Begin so many seconds after the beginning; the frame of a picture.") var start = 0.0
  @Option(help: "Width of the lines, pixels; by default in proportion to the frame.") var lineWidth: Double?
  @Option(name: .shortAndLong, help: "A picture (.png, .jpg) of one frame, or a video.") var output: String

  func validate() throws {
    guard start >= 0, start.isFinite else { throw ValidationError("--start takes seconds from 0.") }
    guard lineWidth.map({ $0 > 0 && $0 < 100 }) ?? true else {
      throw ValidationError("--line-width takes pixels above 0.")
    }
    try OutputCheck(inputs: [input, court], videos: [output]).validate()
  }

  func run() throws {
    let drawing = CourtVideo(calibration: try CourtFile.read(court), lineWidth: lineWidth)
    InterruptHandler.shared.onInterrupt {}
    try drawing.write(input, start: start, to: output) { InterruptHandler.shared.isInterrupted }
    if InterruptHandler.shared.isInterrupted { throw ExitCode(ExitStatus.interrupted.rawValue) }
  }
}
