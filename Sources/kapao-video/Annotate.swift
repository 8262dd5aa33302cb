import ArgumentParser
import Export
import Pipeline
import Support

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
        kapao-video annotate match.mp4 -o out.mp4 --export motchallenge=tracks.txt
        kapao-video annotate match.mp4 -o o.mp4 --poses poses.csv --court c.json
        kapao-video annotate walk.mp4 -o o.mp4 --poses p.csv --angle "right knee"

      \(ExportOptions.formats)
      """)

  @Argument(help: "Video to read: a file, a URL, or pictures (several, a folder, 'shots/*.jpg', frame_%04d.png).")
  var inputs: [String]

  @Option(
    name: .shortAndLong, help: "Video to write; .mp4, .mkv, .webm, .gif and others by extension, - for standard output."
  )
  var output: String?

  @Option(help: "Draw the poses of this native CSV of the video again, without a network.")
  var poses: String?

  @OptionGroup(title: "Parts") var parts: PartOptions
  @OptionGroup(title: "Poses") var exports: ExportOptions
  @OptionGroup var analysis: AnalysisOptions
  @OptionGroup(title: "Drawing") var drawing: DrawingOptions
  @OptionGroup(title: "Drawing who is who") var identityDrawing: IdentityDrawingOptions
  @OptionGroup(title: "Drawing an analysis") var analysisDrawing: AnalysisDrawingOptions
  @OptionGroup(title: "Encoding") var encoding: EncodingOptions

  func validate() throws {
    guard
      try output != nil || !exports.targets.isEmpty || parts.part != nil || analysis.measurement.isWanted()
    else {
      throw ValidationError("name an output with -o, --csv or --export, or one of what is measured, as --report.")
    }
    try settings.check()
    if poses != nil {
      guard let output, exports.targets.isEmpty else {
        throw ValidationError("--poses draws a video (-o); kapao-video convert turns its CSV into other formats.")
      }
      guard inputs.count == 1 else { throw ValidationError("--poses takes one video.") }
      try analysis.check(inputs: inputs + [poses].compactMap { $0 }, videos: [output])
    } else {
      try analysis.check(inputs: inputs, videos: [output].compactMap { $0 }, exports: exports.targets)
    }
  }

  func run() throws {
    try InputOptions.check(inputs)
    if let part = parts.part, let folder = parts.detections, let length = parts.partLength {
      return try analysis.detect(part, of: length.seconds, inputs, settings, in: folder)
    }
    let outputs: (inout AnnotationFiles) -> Void = { files in
      files.output = output
      let threads = files.writer.threads
      files.writer = encoding.writerOptions
      files.writer.threads = threads
      files.exports = exports.targets
    }
    if let poses {
      try analysis.draw(poses, inputs, settings, outputs: outputs)
    } else {
      try analysis.run(inputs, settings, detections: parts.detections, outputs: outputs)
    }
  }

  private var settings: AnalysisSettings {
    analysis.settings { settings in
      drawing.apply(to: &settings.drawing)
      identityDrawing.apply(to: &settings.drawing)
      analysisDrawing.apply(to: &settings.overlay)
    }
  }
}
