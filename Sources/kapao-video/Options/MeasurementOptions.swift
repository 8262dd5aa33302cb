import Analysis
import ArgumentParser
import Export
import Foundation
import Pipeline
import Support
import VideoIO
import YAMLFile

/// Where the camera is to the people in its picture.
struct CameraOptions: ParsableArguments {
  @Option(
    help:
      "The court, a file of kapao-video court fit: positions and speeds in metres, a small court with players in videos; live also in JSON, MQTT and on the page. Needs tracks."
  )
  var court: String?

  @Option(help: "The side that the camera sees, for the signs of angles: auto, left, right, front or back.")
  var side: ViewedSide = .auto

  /// Says them in settings.
  func apply(to settings: inout AnalysisSettings.Overlay) {
    settings.court = court
    settings.side = side
  }
}

extension ViewedSide: ExpressibleByArgument {}

/// What is measured in poses, and written of it: by `analyse`, and by `annotate` and `export` when they are done.
struct MeasurementOptions: ParsableArguments {
  @Option(help: "Angles of joints and segments, as CSV.") var angles: String?
  @Option(help: "Angles as OpenSim's .mot, a file for each person.") var mot: String?
  @Option(help: ArgumentHelp("Names of the columns of .mot: sports2d or opensim.", valueName: "names")) var names =
    "sports2d"
  @Option(help: "Markers in metres as OpenSim's TRC, a file for each person; needs --height.") var trc: String?
  @Option(help: "Markers in metres as C3D, a file for each person; needs --height.") var c3d: String?
  @Option(help: "Strides of people seen from the side, as CSV; in metres with --height.") var strides: String?
  @Option(help: "Everything as a SQLite database.") var sqlite: String?
  @Option(help: "Positions, speed and distance on the court, as CSV; needs --court.") var movement: String?
  @Option(help: "Everything in numbers, as JSON.") var summary: String?
  @Option(help: "A page of HTML with tables and charts.") var report: String?
  @Option(help: "Where players were on the court, as a picture (.png, .jpg); needs --court.") var heatMap: String?

  @Option(
    help:
      "Metres beside the court in which people still count; by default 3; tennis 3.66 and 6.4 behind, padel 1, squash 0.6."
  )
  var margin: Double?
  @Option(help: "Height of the first person in metres: makes metres of pixels where people move across the picture.")
  var height: Double?
  @Option(help: "Spans to be summed up apart: a CSV with name,start,end.") var intervals: String?
  @Option(help: "Whom it is about, as a YAML file with person, people and split; the options below add to it.")
  var peopleFile: String?
  @Option(help: "Whom it is about: all, 2,5, largest, longest, most-movement or on-court. Default: all.")
  var person: String?
  @Option(help: "Tracks that are one person, with a name: 3+7=Anna, or 3=Anna. Any number of times.") var merge:
    [String] = []
  @Option(
    name: .customLong("split-track"),
    help: "A track that is somebody else from a time on: 3@61.5=9 makes it track 9. Any number of times.")
  var split: [String] = []
  @Flag(help: "Join tracks of one person by motion, and by the colours of clothes where there is the video.")
  var relink = false
  @Option(help: "How many times slower than life the video is: 8 for slow motion of 240 frames/s played at 30.")
  var timeScale: Double?
  @Option(help: "Angles whose repetitions are counted, for example \"right knee\". Any number of times.")
  var repetitions: [String] = []
  @Option(help: "Borders of the zones of speed, m/s.") var speedZones = "0.15,1,2,4,5.5,7"
  @Option(help: "Speed of a sprint, m/s.") var sprintSpeed = 5.5
  @Option(help: "Distance from the T (squash) at which a player is there, metres.") var baseRadius = 1.0
  @Flag(name: .customLong("no-clean"), help: "Repair nothing: neither exchanged limbs, nor outliers, nor gaps.")
  var noClean = false

  func validate() throws {
    guard person.map({ People.Choice($0) != nil }) ?? true else {
      throw ValidationError(
        "--person takes all, track numbers as 2,5, largest, longest, most-movement or on-court, not \(person ?? "").")
    }
    let tracks = merge.compactMap(People.Merge.init)
    guard tracks.count == merge.count else { throw ValidationError("--merge takes tracks and a name as 3+7=Anna.") }
    guard Set(tracks.flatMap(\.tracks)).count == tracks.flatMap(\.tracks).count else {
      throw ValidationError("--merge names a track twice.")
    }
    guard ["sports2d", "opensim"].contains(names) else { throw ValidationError("--names takes sports2d or opensim.") }
    guard split.allSatisfy({ People.Split($0) != nil }) else {
      throw ValidationError("--split-track takes a track, seconds and a number as 3@61.5=9.")
    }
    guard margin.map({ $0 >= 0 && $0 < 1000 }) ?? true else { throw ValidationError("--margin takes metres from 0.") }
    guard height.map({ $0 > 0.3 && $0 < 3 }) ?? true else { throw ValidationError("--height takes metres, as 1.80.") }
    guard height != nil || trc == nil && c3d == nil else { throw ValidationError("--trc and --c3d need --height.") }
    guard ![mot, trc, c3d, sqlite].contains("-") else {
      throw ValidationError("--mot, --trc, --c3d and --sqlite are files, and cannot go to standard output.")
    }
    guard timeScale.map({ $0 > 0 && $0.isFinite }) ?? true else {
      throw ValidationError("--time-scale takes a number above 0.")
    }
    guard sprintSpeed > 0, baseRadius > 0 else {
      throw ValidationError("--sprint-speed and --base-radius are above 0.")
    }
    guard zones != nil else { throw ValidationError("--speed-zones takes ascending numbers as 1,2,4.") }
    guard heatMap.map(PictureList.isPicture) ?? true else {
      throw ValidationError("--heat-map is a picture: .png or .jpg.")
    }
  }

  /// Checks what has to do with other options: the court, and the other files of the command.
  func check(
    _ camera: CameraOptions, inputs: [String], description: String? = nil, model: String? = nil, videos: [String] = [],
    exports: [ExportTarget] = []
  ) throws {
    let court = camera.court
    guard person.flatMap(People.Choice.init) != .onCourt || court != nil else {
      throw ValidationError("--person on-court needs --court.")
    }
    guard movement == nil || court != nil else { throw ValidationError("--movement needs --court.") }
    guard heatMap == nil || court != nil else { throw ValidationError("--heat-map needs --court.") }
    try OutputCheck(
      inputs: inputs, others: [court, intervals, peopleFile], description: description, model: model,
      videos: videos + files, exports: exports, personFiles: personFiles
    ).validate()
  }

  /// The outputs that are a file for each person.
  private var personFiles: [String] { [mot, trc, c3d].compactMap { $0 } }

  /// The other outputs.
  private var files: [String] {
    [angles, strides, sqlite, movement, summary, report, heatMap].compactMap { $0 }
  }

  /// Fails where an output cannot be made, before anything is computed for it.
  ///
  /// - Throws: `OutputError` with the operation `create`.
  private func checkOutputs() throws {
    for path in files { try ExportTarget(.csv, path: path).check() }
    for path in personFiles { try ExportTarget(.trc, path: path).check() }
  }

  /// Checks for a command that finds the poses first: whether anything is measured of them.
  ///
  /// - Throws: `ValidationError` where something is said of it but no output is named.
  func isWanted() throws -> Bool {
    guard (files + personFiles).isEmpty else { return true }
    let given =
      [peopleFile, person, intervals].contains { $0 != nil } || [margin, height, timeScale].contains { $0 != nil }
      || !(merge + split + repetitions).isEmpty || relink || noClean
    if given { throw ValidationError("name what is to be written of it: --report, --summary, --movement or another.") }
    return false
  }

  /// What is to be done.
  ///
  /// - Throws: `AnalysisError` or `ConfigurationError` where a file that is read cannot be used, `OutputError` where one
  ///   cannot be written.
  func settings(_ camera: CameraOptions) throws -> PoseAnalysis.Settings {
    try checkOutputs()
    var settings = PoseAnalysis.Settings()
    settings.people = try people()
    if noClean { settings.cleaning = .off }
    settings.side = camera.side
    settings.timeFactor = 1 / (timeScale ?? 1)
    settings.height = height
    settings.relink = relink
    settings.summary.speedZones = zones ?? []
    settings.summary.sprintSpeed = sprintSpeed
    settings.summary.baseRadius = baseRadius
    settings.repetitions = repetitions
    if let court = camera.court { settings.calibration = try CourtFile.read(court) }
    if let margin { settings.calibration?.court.runOff = Point2(margin, margin) }
    if let intervals { settings.intervals = try AnalysisInterval.read(intervals) }
    if settings.people.choice == .onCourt, settings.calibration == nil {
      throw AnalysisError("the people on the court are wanted: name a --court file")
    }
    return settings
  }

  /// Analyses a CSV of poses.
  ///
  /// - Parameters:
  ///   - source: What the results are said to be of.
  ///   - video: The video of the poses, if it can be read again.
  ///   - reader: How it is read.
  /// - Returns: Whether it was interrupted.
  func analyse(
    _ input: String, source: String? = nil, settings: PoseAnalysis.Settings, video: String?,
    reader: ReaderOptions = .init(), quiet: Bool, isInterrupted: () -> Bool
  ) throws -> Bool {
    var analysis = try PoseAnalysis(input: input, settings: settings)
    if let source { analysis.source = source }
    if let video {
      let pictures = try AnalysisVideo(video, options: reader)
      analysis.picture = pictures.picture
      analysis.clothing = { try pictures.clothing(timeFactor: settings.timeFactor) }
    }
    if !quiet { warnOfSlowMotion(input) }
    if let heatMap { try VideoWriter.check(heatMap) }
    var result = try analysis.run(outputs, isInterrupted: isInterrupted)
    if let heatMap, let court = settings.calibration?.court, !result.heatMaps.isEmpty {
      try HeatMapPicture(court: court, maps: result.heatMaps).write(to: heatMap)
      result.written.append(heatMap)
    }
    if !quiet { StandardError.print(Self.lines(result).joined(separator: "\n")) }
    return result.wasInterrupted
  }

  private func people() throws -> People {
    var people = try peopleFile.map { try PeopleFile.read($0) } ?? People()
    if let choice = person.flatMap(People.Choice.init) { people.choice = choice }
    people.merges += merge.compactMap(People.Merge.init)
    people.splits += split.compactMap(People.Split.init)
    return people
  }

  /// A video that the camera recorded faster than it plays has other speeds than the scene.
  private func warnOfSlowMotion(_ input: String) {
    guard timeScale == nil, let path = RunDescription.existingPath(beside: input),
      let data = FileManager.default.contents(atPath: path), let description = try? RunDescription(json: data),
      let factor = description.source.slowMotion
    else { return }
    StandardError.print(
      "Warning: \(description.source.name) was recorded \(String(format: "%g", locale: nil, factor)) times faster than it "
        + "plays; for the times of the scene: --time-scale \(String(format: "%g", locale: nil, factor))")
  }

  private var zones: [Double]? {
    let values = speedZones.split(separator: ",", omittingEmptySubsequences: false).map {
      Double($0.trimmingCharacters(in: .whitespaces))
    }
    let numbers = values.compactMap { $0 }
    guard numbers.count == values.count, zip(numbers, numbers.dropFirst()).allSatisfy(<), numbers[0] > 0 else {
      return nil
    }
    return numbers
  }

  private var outputs: PoseAnalysis.Outputs {
    var outputs = PoseAnalysis.Outputs()
    outputs.angles = angles
    outputs.mot = mot
    outputs.openSimNames = names == "opensim"
    outputs.trc = trc
    outputs.c3d = c3d
    outputs.strides = strides
    outputs.sqlite = sqlite
    outputs.movement = movement
    outputs.summary = summary
    outputs.report = report
    outputs.wantsHeatMaps = heatMap != nil
    return outputs
  }

  private static func lines(_ result: PoseAnalysis.Result) -> [String] {
    var lines = result.summary.joined.map { "One person: tracks \($0.map(String.init).joined(separator: " + "))" }
    if let scale = result.summary.scale {
      lines.append(
        String(
          format: "1 m is %.1f px, the floor slopes by %.1f°", locale: nil, 1 / scale.metresPerPixel, scale.floorAngle))
      if abs(scale.floorAngle) > 15 {
        lines.append("Note: that is steep for a floor; --person says who walks on it and is measured by --height.")
      }
    }
    for person in result.summary.people {
      var line = "\(person.name): \(person.quality.frames.counted("frame"))"
      if let m = person.movement {
        line += String(
          format: ", %.1f m in %.1f s on the court, top speed %.1f m/s", locale: nil, m.distance, m.time, m.topSpeed)
        if let base = m.base { line += String(format: ", on the T %.0f %%", locale: nil, base.share * 100) }
      }
      if let gait = person.gait {
        line += String(
          format: ", %d strides, %.0f steps/min", locale: nil, (gait.left?.strides ?? 0) + (gait.right?.strides ?? 0),
          gait.cadence)
        if let speed = gait.speed { line += String(format: ", %.2f m/s", locale: nil, speed) }
      }
      for counted in person.repetitions {
        line += String(
          format: ", %d × %@ of %.0f°", locale: nil, counted.count, counted.angle, counted.meanRange)
      }
      lines.append(line)
    }
    lines += result.written.filter { $0 != "-" }.map { "Wrote \($0)" }
    if result.wasInterrupted { lines.append("Interrupted: what is written ends there.") }
    return lines
  }
}
