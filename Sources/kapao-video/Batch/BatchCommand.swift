import ArgumentParser
import Export
import Foundation
import Pipeline
import Support

/// `kapao-video batch`.
struct BatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "batch",
    abstract: "Finds the poses in many videos, and in long ones by parts; goes on where it was.",
    discussion: """
      Every result gets a manifest (NAME.kapao.json), which is written last. See docs/scale.md.
      """,
    subcommands: [BatchRun.self, BatchMerge.self], defaultSubcommand: BatchRun.self)
}

/// `kapao-video batch run`, or `batch` alone.
struct BatchRun: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Runs many videos, each in a process of its own.",
    discussion: """
      One video that fails does not stop the others. In names and in the values of options {name}, {folder} and {index} \
      stand for those of each video, and {out} for the folder of outputs.

      EXAMPLES:
        kapao-video batch matches/ -o results --export csv --export coco
        kapao-video batch 'day1/*.mp4' -o results --export csv --video mp4 --ids
        kapao-video batch --list videos.csv -o results --export csv --skip-existing
        find . -name '*.mov' | kapao-video batch - -o results --export csv
        kapao-video batch long.mp4 -o results --export csv --split 10m --refine off
        kapao-video batch matches/ -o results --export csv --shard auto

      \(ExportOptions.formats)
      """)

  @OptionGroup(title: "Batch") var batch: BatchOptions
  @OptionGroup(title: "Doing a batch") var splitting: BatchSplitOptions
  @OptionGroup(title: "Doing a batch") var running: BatchRunningOptions
  @OptionGroup var analysis: AnalysisOptions
  @OptionGroup(title: "Drawing") var drawing: DrawingOptions
  @OptionGroup(title: "Drawing who is who") var identityDrawing: IdentityDrawingOptions
  @OptionGroup(title: "Drawing an analysis") var analysisDrawing: AnalysisDrawingOptions
  @OptionGroup(title: "Encoding") var encoding: EncodingOptions

  func validate() throws {
    try batch.check()
    if splitting.split != nil { try batch.checkSplit(analysis) }
  }

  func run() throws {
    try batch.run(analysis) { settings in
      settings.split = splitting.split?.seconds
      running.apply(to: &settings)
    }
  }
}

/// `kapao-video batch merge`.
struct BatchMerge: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Puts the parts of batch --split --shard together: tracks, smooths and exports, once and in order.",
    discussion: """
      Takes the inputs and options of the batch. Parts have to join without a gap, and to agree in input, model, settings \
      and version.

      EXAMPLES:
        kapao-video batch merge long.mp4 -o results --export csv --refine off
      """)

  @OptionGroup(title: "Batch") var batch: BatchOptions
  @OptionGroup(title: "Doing a batch") var running: BatchRunningOptions
  @OptionGroup var analysis: AnalysisOptions
  @OptionGroup(title: "Drawing") var drawing: DrawingOptions
  @OptionGroup(title: "Drawing who is who") var identityDrawing: IdentityDrawingOptions
  @OptionGroup(title: "Drawing an analysis") var analysisDrawing: AnalysisDrawingOptions
  @OptionGroup(title: "Encoding") var encoding: EncodingOptions

  func validate() throws {
    try batch.check()
    try batch.checkSplit(analysis)
  }

  func run() throws {
    try batch.run(analysis) { settings in
      settings.mergesOnly = true
      running.apply(to: &settings)
    }
  }
}

/// Whether videos are split.
struct BatchSplitOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Detect people in parts of this length (30s, 10m, 1h), which may run on several machines, and put them together.",
      valueName: "time"),
    transform: SplitLength.init(argument:))
  var split: SplitLength?
}

/// How a batch is done.
struct BatchRunningOptions: ParsableArguments {
  @Flag(help: "Keep the parts when they have been put together.")
  var keepParts = false

  @Flag(help: "Leave out what has a manifest that matches: same input, model, options and version.")
  var skipExisting = false

  func apply(to settings: inout BatchRunner.Settings) {
    settings.skipsExisting = skipExisting
    settings.keepsParts = keepParts
  }
}

/// The length of a part.
struct SplitLength {
  let seconds: Double

  /// - Throws: `ValidationError`.
  init(argument: String) throws {
    let units = ["s": 1.0, "m": 60, "h": 3600]
    let unit = argument.last.flatMap { units[String($0)] }
    let number = Double(unit == nil ? argument[...] : argument.dropLast())
    guard let number, number * (unit ?? 1) >= 1, number * (unit ?? 1) <= 1e6 else {
      throw ValidationError("--split takes a length of at least one second, such as 30s, 10m or 1h.")
    }
    seconds = number * (unit ?? 1)
  }
}

/// Parts of a video, as `batch --split` has them detected and put together.
struct PartOptions: ParsableArguments {
  @Option(help: "Folder with the detections of all parts of the video, which are taken in place of a network.")
  var detections: String?

  @Option(
    help: ArgumentHelp("Detect people in this part of the video, and keep them in the folder.", valueName: "i/n"),
    transform: Shard.init(option:))
  var part: Shard?

  @Option(
    help: ArgumentHelp("The length of a part, such as 30s or 10m.", valueName: "time"),
    transform: SplitLength.init(argument:))
  var partLength: SplitLength?

  func validate() throws {
    guard (part == nil) == (partLength == nil), part == nil || detections != nil else {
      throw ValidationError("--part needs --part-length and --detections.")
    }
  }
}

extension Shard {
  /// The value of `--shard`.
  ///
  /// - Throws: `ValidationError`.
  init(option text: String) throws {
    do {
      if text == "auto" {
        self = try Self.automatic(ProcessInfo.processInfo.environment)
        return
      }
    } catch {
      throw ValidationError("\(error).")
    }
    guard let shard = Shard(text) else { throw ValidationError("--shard takes auto, or \(Self.expected).") }
    self = shard
  }
}

/// Which videos are in a batch, and what is written of them.
struct BatchOptions: ParsableArguments {
  @Argument(help: "Videos: files, URLs, patterns, folders, and - for a list on standard input.")
  var inputs: [String] = []

  @Option(help: "List of videos, one a line; or a table (.csv) with a column input, and one for each option.")
  var list: String?

  @Flag(help: "Look into folders within folders.")
  var recursive = false

  @Option(name: [.customShort("o"), .long], help: "Folder for the results; it is made if need be.")
  var outputDir: String

  @Option(help: "What results are called: {name} is the input's name, {folder} that of its folder, {index} its number.")
  var name = "{name}"

  @Option(
    name: .customLong("export"),
    help: ArgumentHelp(
      "Poses in a format, any number of times; with a name if it is to be another.", valueName: "format[=name]"))
  var exports: [String] = []

  @Option(help: "Write annotated videos: an ending such as mp4, or a name such as {name}-poses.mp4.")
  var video: String?

  @Option(help: "Videos at a time; threads are shared out. Default: one for each four cores.")
  var jobs: Int?

  @Option(help: "How often a video is tried again after a failure that may pass.")
  var retries = 2

  @Option(
    help: ArgumentHelp(
      "Do this share of the work: i/n, or auto for what Slurm, Kubernetes, AWS Batch and others say.",
      valueName: "i/n|auto"),
    transform: Shard.init(option:))
  var shard: Shard?

  private var names: BatchNames { BatchNames(template: name, exports: exports, video: video) }

  func check() throws {
    guard !inputs.isEmpty || list != nil else { throw ValidationError("name videos, a folder, or a --list.") }
    guard !exports.isEmpty || video != nil || hasOwnOutputs else {
      throw ValidationError("name what to write with --export or --video.")
    }
    try names.check()
    if let jobs, !(1...512).contains(jobs) { throw ValidationError("--jobs must be between 1 and 512.") }
    guard (0...100).contains(retries) else { throw ValidationError("--retries must be between 0 and 100.") }
  }

  /// Whether an option names an output of its own.
  private var hasOwnOutputs: Bool {
    ProgramStart.arguments.contains { $0.contains(BatchVideo.folderMark) }
  }

  func checkSplit(_ analysis: AnalysisOptions) throws {
    guard case .given(.off)? = analysis.network.refine else {
      throw ValidationError(
        "parts are detected before anyone knows who is where, so that nobody can be refined: add --refine off.")
    }
    guard analysis.tracking.detectEvery != .auto else {
      throw ValidationError("parts need --detect-every with a number, as auto depends on the machine.")
    }
    guard analysis.input.start == nil, analysis.input.end == nil else {
      throw ValidationError("--split takes whole videos, and neither --start nor --end.")
    }
  }

  /// Runs it, prints the table and ends with the batch's exit code.
  func run(_ analysis: AnalysisOptions, _ change: (inout BatchRunner.Settings) -> Void) throws {
    let cores = analysis.network.threads ?? ProcessInfo.processInfo.activeProcessorCount
    var settings = BatchRunner.Settings(
      folder: outputDir, jobs: jobs ?? max(1, cores / 4), threads: cores, retries: retries, skipsExisting: false,
      mergesOnly: false, keepsParts: false, shard: shard, isQuiet: analysis.quiet)
    change(&settings)
    var found = BatchInputs()
    found.isRecursive = recursive
    for input in inputs { try found.add(input) }
    if let list { try found.addList(list) }
    guard !found.inputs.isEmpty else { throw ValidationError("there is no video.") }
    let videos = try names.videos(found.inputs, list: list, options: forwarded, in: outputDir)
    let modelPath = try analysis.network.path()
    let looked = BatchSources()
    let sources = try videos.map { video in
      try looked.source(video, modelPath: try Self.check(video)?.analysis.network.path() ?? modelPath)
    }
    let runner = BatchRunner(videos, sources: sources, settings)
    try runner.run()
    let path = BatchReport.path(in: outputDir, shard: shard, merges: settings.mergesOnly)
    try AtomicFile.write([UInt8](try BatchManifest.json(runner.report)), to: path)
    if !analysis.quiet { print(runner.report.table) }
    if InterruptHandler.shared.isInterrupted { throw ExitCode(ExitStatus.interrupted.rawValue) }
    guard runner.report.exitCode == 0 else { throw ExitCode(runner.report.exitCode) }
  }

  /// The run of a video with options of its own, which are checked before anything begins.
  ///
  /// - Throws: `ValidationError`.
  private static func check(_ video: BatchVideo) throws -> Annotate? {
    guard !video.input.options.isEmpty else { return nil }
    do {
      return try Annotate.parse([video.input.input] + video.options)
    } catch {
      throw ValidationError("\(video.input.input): \(Annotate.message(for: error))")
    }
  }

  /// The arguments of the command that are for each run: all but the inputs and the batch's own options.
  private var forwarded: [String] {
    let valued =
      ["--list", "--output-dir", "-o", "--name", "--export", "--video", "--jobs", "--retries", "--shard"]
      + ["--split", "--threads"]
    let flags = ["--recursive", "--skip-existing", "--keep-parts"]
    var arguments = ProgramStart.arguments.drop { $0 != "batch" }.dropFirst()
    if let first = arguments.first, ["run", "merge"].contains(first) { arguments = arguments.dropFirst() }
    var (kept, inputs) = ([String](), inputs[...])
    while let argument = arguments.popFirst() {
      if valued.contains(argument) {
        _ = arguments.popFirst()
      } else if argument == inputs.first {
        inputs = inputs.dropFirst()
      } else if !flags.contains(argument), argument != "--", !valued.contains(where: { argument.hasPrefix($0 + "=") }) {
        kept.append(argument)
      }
    }
    return kept
  }
}
