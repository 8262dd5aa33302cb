import ArgumentParser

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
        kapao-video convert poses.csv --to trc -o match.trc
        kapao-video stream rtsp://camera/live -o live.m3u8
        kapao-video serve --config kapao-video.yaml
        kapao-video probe match.mp4
        kapao-video model import kapao_s_coco.pt -o kapao_s_coco.safetensors

      EXIT CODES: 0 done, 2 usage, 3 unusable input, 4 transient (try again), 5 output failed, 130 interrupted.
      """,
    version: version,
    subcommands: [
      Annotate.self, ExportCommand.self, Convert.self, StreamCommand.self, ServeCommand.self, Devices.self,
      Probe.self, ModelCommand.self, Evaluate.self,
    ])

  static func main() {
    LibraryEnvironment.prepare()
    do {
      var command = try parseAsRoot()
      try command.run()
      ExitStatus.exitAfterOutput()
    } catch {
      ExitStatus.exit(error)
    }
  }
}
