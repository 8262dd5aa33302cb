import ArgumentParser
import CProcess
import Foundation
import Inference
import Kapao
import Support
import VideoIO

/// The command-line tool.
@main
struct KapaoVideo: ParsableCommand {
  static let version = "0.1.0"

  static let configuration = CommandConfiguration(
    commandName: "kapao-video",
    abstract: "Finds and draws the poses of everyone in a video, with KAPAO.",
    discussion: """
      EXAMPLES:
        kapao-video annotate match.mp4 -o annotated.mp4 --csv poses.csv
        kapao-video export match.mp4 --format coco -o coco.json
        kapao-video batch matches/ --output-dir results --export csv
        kapao-video convert poses.csv --to trc -o match.trc
        kapao-video analyse poses.csv --report report.html
        kapao-video stream rtsp://camera/live -o live.m3u8
        kapao-video serve --config kapao-video.yaml
        kapao-video probe match.mp4
        kapao-video model import kapao_s_coco.pt -o kapao_s_coco.safetensors

      EXIT CODES: 0 done, 2 usage, 3 unusable input, 4 transient (try again), 5 output failed, 130 interrupted.
      """,
    version: VersionText.lines.joined(separator: "\n"),
    subcommands: [
      Annotate.self, ExportCommand.self, BatchCommand.self, Convert.self, Analyse.self, CourtCommand.self,
      StreamCommand.self,
      ServeCommand.self, Devices.self, Probe.self, ModelCommand.self, Evaluate.self, CompareCommand.self,
      SweepCommand.self, DoctorCommand.self,
    ])

  static func main() {
    let arguments = ProgramStart.arguments
    ProgramStart.setEnvironment()
    ProgramStart.hideCredentials()
    ProgressReporter.followBatch()
    // Below that the libraries crash, or wait for threads that the system does not give them.
    guard MemoryLimit.allowsAddresses(1 << 28) else {
      StandardError.print("kapao-video: too little memory, even to begin with")
      Foundation.exit(ExitStatus.transient.rawValue)
    }
    // A reader of our standard output that goes away is an error of the write, not the end of the program.
    signal(SIGPIPE, SIG_IGN)
    // So is a file that gets larger than the user's limit.
    signal(SIGXFSZ, SIG_IGN)
    Notice.handler.withLock { $0 = { StandardError.print($0) } }
    do {
      var command = try parseAsRoot(arguments)
      // The service has signals of its own.
      if !(command is ServeCommand) { InterruptHandler.shared.start() }
      try command.run()
      ExitStatus.exitAfterOutput()
    } catch {
      ExitStatus.exit(error)
    }
  }
}

/// What `--version` prints.
enum VersionText {
  static var lines: [String] {
    let commit = String(cString: kapao_commit())
    let instructions = ComputeLibrary.instructions
    return [
      "kapao-video \(KapaoVideo.version)" + (commit.isEmpty ? "" : " (\(commit))"),
      "FFmpeg \(MediaLibrary.version)",
      "oneDNN \(ComputeLibrary.version)",
      "processor: "
        + (instructions.isEmpty ? "no vector instructions that are used" : instructions.joined(separator: ", ")),
    ]
  }
}
