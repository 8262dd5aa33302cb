import Analysis
import ArgumentParser
import Export
import Foundation
import VideoIO

/// `kapao-video court`.
struct CourtCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "court", abstract: "Finds where a court lies in the picture of a camera that does not move.",
    subcommands: [CourtPageCommand.self, CourtFit.self, CourtDraw.self, CourtPoints.self])
}

/// `kapao-video court points`.
struct CourtPoints: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "points", abstract: "Lists the points of a court by name, with their places in metres.")

  @Argument(help: "squash, tennis, padel, badminton, basketball, football, or a file.") var court: String

  func run() throws {
    let court = try CourtFile.court(court)
    print("\(court.name), \(court.width) × \(court.length) m (\(court.source))")
    for (name, place) in court.landmarks.sorted(by: { $0.key < $1.key }) {
      print("\(name)\t\(String(format: "%.3f\t%.3f", locale: nil, place.x, place.y))")
    }
  }
}

/// `kapao-video court fit`.
struct CourtFit: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fit", abstract: "Makes court.json from points of the court that were found in a frame.",
    discussion: """
      --points is a CSV with name,x,y: a point's name (kapao-video court points squash lists them) and where it is in the \
      picture, in pixels from the upper left corner. Points without a name of their own have two more fields, their place on \
      the court in metres: left post,312,540,0,11.9.

      EXAMPLES:
        kapao-video court fit a.mp4 --court tennis --points p.csv -o court.json
      """)

  @Argument(help: "The video or a frame of it, for its size.") var input: String
  @Option(help: "squash, tennis, padel, badminton, basketball, football, or a file with a plan.") var court: String
  @Option(help: "CSV with name,x,y in pixels.") var points: String
  @Option(help: "Largest error of a point, centimetres.") var maxError = 25.0
  @Flag(help: "Take the lens to be straight even if the points say otherwise.") var straightLens = false
  @Option(name: .shortAndLong, help: "The file to write, - for standard output.") var output: String
  @Flag(name: .shortAndLong, help: "Print nothing but errors.") var quiet = false

  func validate() throws {
    guard maxError > 0 else { throw ValidationError("--max-error is above 0.") }
    try OutputCheck(inputs: [input], others: [points, court], videos: [output]).validate()
  }

  func run() throws {
    let plan = try CourtFile.court(court)
    let landmarks = try CourtFile.landmarks(points, court: plan)
    guard let size = try VideoReader.probe(input).videoStream?.video?.uprightSize else {
      throw AnalysisError("\(input) has no video stream")
    }
    let calibration: CourtCalibration
    do {
      calibration = try CourtCalibration(
        court: plan, width: size.width, height: size.height, landmarks: landmarks, limit: maxError, bent: !straightLens)
    } catch {
      throw AnalysisError("\(points): \(error)")
    }
    try CourtFile.write(calibration, to: output)
    guard !quiet else { return }
    var lines = zip(landmarks, calibration.errors).map { landmark, error in
      "\(landmark.name): \(String(format: "%.1f cm", locale: nil, error))"
    }
    if landmarks.count == 4 { lines.append("Note: four points fit whatever they are; give more to learn of errors.") }
    if calibration.distortion != 0 {
      lines.append("Lens distortion: \(String(format: "%.3f", locale: nil, calibration.distortion))")
    }
    StandardError.print(lines.joined(separator: "\n"))
  }
}
