import ArgumentParser
import Export

/// `kapao-video annotate`.
struct Annotate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Draws the poses of everyone into a video, and writes them as CSV and in other formats.",
    discussion: """
      Reads any file or URL that libav reads. Time stamps, audio and subtitles are kept; the output appears under its \
      name when it is complete, also after Ctrl-C.

      EXAMPLES:
        kapao-video annotate match.mp4 -o annotated.mp4 --csv poses.csv
        kapao-video annotate match.mp4 -o clip.gif --start 1:30 --end 1:35
        kapao-video annotate match.mp4 -o out.mp4 --model kapao_l.safetensors --tta
        kapao-video annotate match.mp4 -o out.mp4 --preset partial --face --bbox
        kapao-video annotate squash.mp4 -o out.mp4 --tracker players --ids --trail 1
        kapao-video annotate walk.mp4 -o out.mp4 --csv walk.csv --smooth butterworth
        kapao-video annotate match.mp4 -o - | ffplay -
        kapao-video annotate match.mp4 -o out.mp4 --export mot=tracks.txt

      \(ExportOptions.formats)
      """)

  @Argument(help: "Video to read: a file or a URL.")
  var input: String

  @Option(
    name: .shortAndLong, help: "Video to write; .mp4, .mkv, .webm, .gif and others by extension, - for standard output."
  )
  var output: String?

  @Option(help: "CSV of the poses to write, - for standard output; a description of the run goes beside it as .json.")
  var csv: String?

  @OptionGroup(title: "Poses") var exports: ExportOptions
  @OptionGroup var analysis: AnalysisOptions
  @OptionGroup(title: "Drawing") var drawing: DrawingOptions
  @OptionGroup(title: "Drawing who is who") var identityDrawing: IdentityDrawingOptions
  @OptionGroup(title: "Encoding") var encoding: EncodingOptions

  func validate() throws {
    guard output != nil || !targets.isEmpty else {
      throw ValidationError("name an output with -o, --csv or --export.")
    }
    try OutputCheck(input: input, video: output, exports: targets).validate()
  }

  func run() throws {
    try analysis.run(input) { settings in
      settings.output = output
      settings.writer = encoding.writerOptions
      settings.style = drawing.style(
        keypointObjectsOnly: settings.thresholds.keypointObjectsOnly, preset: analysis.thresholds.preset)
      identityDrawing.apply(to: &settings.style)
      settings.exports = targets
    }
  }

  private var targets: [ExportTarget] { [csv.map { ExportTarget(.csv, path: $0) }].compactMap { $0 } + exports.targets }
}
