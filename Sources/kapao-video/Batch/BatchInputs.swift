import ArgumentParser
import Export
import Foundation
import Support
import VideoIO

/// A video of a batch.
struct BatchInput: Hashable {
  /// File or URL.
  let input: String
  /// Options of its own, from a table.
  var options: [String] = []
  /// What its results are called, if a table says it.
  var name: String?

  init(_ input: String) { self.input = input }

  /// The file's name without its ending.
  var stem: String {
    var name = FileName.last(of: input.contains("://") ? String(input.prefix { !"?#".contains($0) }) : input)
    if let dot = name.lastIndex(of: "."), dot != name.startIndex { name = String(name[..<dot]) }
    return name
  }

  /// The name of the folder that it is in.
  var folder: String {
    let folder = FileName.last(of: FileName.folder(of: input))
    return folder.isEmpty || folder == "." ? FileName.last(of: FileManager.default.currentDirectoryPath) : folder
  }
}

/// Finds the videos of a batch: arguments, patterns, folders and lists, in an order that is the same everywhere.
struct BatchInputs {
  /// Whether folders within folders are looked into.
  var isRecursive = false
  private(set) var inputs: [BatchInput] = []

  private static let extensions: Set<String> = [
    "mp4", "m4v", "mov", "mkv", "webm", "avi", "ts", "m2ts", "mts", "mpg", "mpeg", "mxf", "wmv", "asf", "flv", "3gp",
    "ogv", "vob", "mjpeg", "mjpg", "h264", "264", "h265", "hevc", "265", "y4m", "nut", "dv", "gif", "insv",
  ]

  /// Adds what an argument stands for: `-` is a list on standard input.
  ///
  /// - Throws: `ValidationError`, `InputError`.
  mutating func add(_ argument: String) throws {
    if argument == "-" { return try addList("/dev/stdin", isTable: false) }
    if argument.contains("://") { return inputs.append(BatchInput(argument)) }
    if FileSystem.isFolder(argument) {
      let videos = videos(in: argument)
      guard videos.isEmpty else { return inputs += videos.map { BatchInput($0) } }
      guard try PictureList(argument) != nil else { return }
      return inputs.append(BatchInput(argument))
    }
    guard !FileSystem.exists(argument), argument.contains(where: { "*?[{".contains($0) }) else {
      return inputs.append(BatchInput(argument))
    }
    let found = InputFiles.matching(argument)
    guard !found.isEmpty else { throw ValidationError("no file has a name such as \(argument).") }
    inputs += found.map { BatchInput($0) }
  }

  /// Adds the videos of a list: one a line, or a table (CSV) whose column `input` has the video, `name` what the results are
  /// called, and every other one the option of its name.
  ///
  /// - Throws: `ValidationError`, `InputError`.
  mutating func addList(_ path: String) throws {
    try addList(path, isTable: ["csv", "tsv"].contains(URL(fileURLWithPath: path).pathExtension.lowercased()))
  }

  private mutating func addList(_ path: String, isTable: Bool) throws {
    let lines = try FileSystem.read(path).split(separator: UInt8(ascii: "\n")).map { line in
      line.last == UInt8(ascii: "\r") ? line.dropLast() : line
    }.filter { !$0.isEmpty }
    guard isTable else {
      guard !lines.contains(where: { $0.contains(0) }) else { throw ValidationError("\(path) is no list of names.") }
      for line in lines where line.first != UInt8(ascii: "#") { inputs.append(BatchInput(FileName.text(line))) }
      return
    }
    guard var header = lines.first else { return }
    if header.starts(with: [0xEF, 0xBB, 0xBF]) { header = header.dropFirst(3) }
    let separator = CSVFields.separator(of: header)
    func fields(_ line: ArraySlice<UInt8>, _ number: Int) throws -> [String] {
      do {
        return try CSVFields.split(line, at: separator).map { $0.trimmingCharacters(in: .whitespaces) }
      } catch {
        throw ValidationError("\(path), line \(number): \(error.rawValue).")
      }
    }
    let names = try fields(header, 1)
    guard names.contains("input") else { throw ValidationError("\(path) has no column input.") }
    for (index, line) in lines.enumerated().dropFirst() {
      let values = try fields(line, index + 1)
      guard values.count <= names.count else {
        throw ValidationError("\(path), line \(index + 1): \(values.count) values for \(names.count) columns.")
      }
      let row = zip(names, values).filter { !$0.1.isEmpty }
      guard let input = row.first(where: { $0.0 == "input" })?.1 else {
        throw ValidationError("\(path), line \(index + 1): no input.")
      }
      var video = BatchInput(input)
      video.name = row.first { $0.0 == "name" }?.1
      for (name, value) in row where name != "input" && name != "name" {
        let option = "--" + name.replacing("_", with: "-")
        switch value.lowercased() {
        case "true", "yes": video.options.append(option)
        case "false", "no": break
        default: video.options.append("\(option)=\(value)")
        }
      }
      inputs.append(video)
    }
  }

  private func videos(in folder: String) -> [String] {
    let names = (FileSystem.names(in: folder) ?? []).filter { !$0.hasPrefix(".") }
    return names.sorted { FileName.bytes($0).lexicographicallyPrecedes(FileName.bytes($1)) }.flatMap { name in
      let path = FileName.path(folder, name)
      if FileSystem.isFolder(path) { return isRecursive ? videos(in: path) : [] }
      return Self.extensions.contains(URL(fileURLWithPath: name).pathExtension.lowercased()) ? [path] : []
    }
  }
}

/// A video of a batch with the names of all that is written of it.
struct BatchVideo {
  let input: BatchInput
  /// What its results are called, below the folder of outputs.
  let name: String
  /// Options of the run, with `{out}` for the folder of outputs.
  let options: [String]

  /// The mark in an option for the folder of outputs.
  static let folderMark = "{out}"

  /// The options, for outputs below a folder.
  func options(in folder: String) -> [String] { options.map { $0.replacing(Self.folderMark, with: folder) } }

  /// Where a folder of this video's own is, for what is not complete.
  func scratch(in folder: String) -> String {
    let name = name.replacing("%", with: "%25").replacing("/", with: "%2F")
    return FileName.path(FileName.path(folder, Self.scratchName), name)
  }

  /// The folder in that of outputs for what is not complete.
  static let scratchName = ".kapao-batch"
}

/// What of a video is written, by a name for it: `{name}`, `{folder}` and `{index}` stand for those of the video.
struct BatchNames {
  /// What results are called.
  let template: String
  /// `FORMAT` or `FORMAT=NAME`.
  let exports: [String]
  /// The ending of an annotated video, or its name.
  let video: String?

  private static let endings: [ExportFormat: String] = [
    .csv: ".csv", .ndjson: ".ndjson", .coco: ".coco.json", .openPose: "_openpose", .pose2Sim: "_json",
    .deepLabCut: ".dlc.csv", .deepLabCutSingle: ".dlc-single.csv", .sleap: ".sleap.csv",
    .poseTrack: ".posetrack.json", .motChallenge: ".mot.txt", .trc: ".trc", .sports2D: ".px.trc",
    .official: ".kapao.csv",
  ]

  /// - Throws: `ValidationError`.
  func check() throws {
    for export in exports { _ = try target(export) }
    if let video, !video.contains("."), video.contains("/") {
      throw ValidationError("--video takes an ending, or a name.")
    }
    for text in [template, video ?? ""] + exports where text.hasPrefix("/") || text.contains("..") {
      throw ValidationError("\(text) leads out of the folder of outputs.")
    }
    guard ["{name}", "{index}"].contains(where: template.contains) else {
      throw ValidationError("--name has to hold {name} or {index}, or all results would have one name.")
    }
  }

  /// The videos with their options.
  ///
  /// - Parameters:
  ///   - options: Those of all videos.
  ///   - folder: That of outputs.
  /// - Throws: `ValidationError` where two videos would have results of one name, or an output would replace an input.
  func videos(_ inputs: [BatchInput], list: String?, options: [String], in folder: String) throws -> [BatchVideo] {
    var (taken, measured) = ([String: String](), [String: String]())
    var files = InputFiles()
    if let list { files.add(list, as: "the list") }
    for input in inputs where !input.input.contains("://") { files.add(input.input, as: "an input") }
    return try inputs.enumerated().map { index, input in
      let name = filled(template, input, name: input.name ?? input.stem, index)
      if let other = taken.updateValue(input.input, forKey: name) {
        throw ValidationError("\(other) and \(input.input) would both be called \(name); see --name.")
      }
      var outputs: [String] = []
      for export in exports {
        let target = try target(export)
        outputs.append(
          "--export=\(target.format.rawValue)=\(BatchVideo.folderMark)/\(filled(target.name, input, name: name, index))"
        )
      }
      if let video {
        let path = filled(video.contains(".") ? video : "{name}.\(video)", input, name: name, index)
        outputs += ["--output=\(BatchVideo.folderMark)/\(path)"]
      }
      for output in outputs {
        let path =
          output.replacing(BatchVideo.folderMark, with: folder).split(separator: "=").last.map(String.init) ?? ""
        if let clash = files.clash(with: path) { throw ValidationError("\(path) \(clash); name another --output-dir.") }
      }
      let own = (options + input.options).map { filled($0, input, name: name, index) }
      for path in Self.measured(own) {
        if let other = measured.updateValue(input.input, forKey: path) {
          throw ValidationError("\(other) and \(input.input) would both write \(path); put {name} into it.")
        }
      }
      return BatchVideo(input: input, name: name, options: outputs + own)
    }
  }

  /// The files that options of the measuring name.
  private static func measured(_ options: [String]) -> [String] {
    let names = [
      "--angles", "--mot", "--trc", "--c3d", "--strides", "--sqlite", "--movement", "--summary", "--report",
      "--heat-map",
    ]
    return options.indices.compactMap { index in
      let parts = options[index].split(separator: "=", maxSplits: 1).map(String.init)
      guard let name = parts.first, names.contains(name) else { return nil }
      return parts.count > 1 ? parts[1] : index + 1 < options.endIndex ? options[index + 1] : nil
    }
  }

  private func target(_ export: String) throws -> (format: ExportFormat, name: String) {
    let parts = export.split(separator: "=", maxSplits: 1).map(String.init)
    guard let format = parts.first.flatMap({ ExportFormat(name: $0) }) else {
      throw ValidationError("--export \(export): there is no such format.")
    }
    return (format, parts.count > 1 ? parts[1] : "{name}" + (Self.endings[format] ?? ".\(format.rawValue)"))
  }

  private func filled(_ text: String, _ input: BatchInput, name: String, _ index: Int) -> String {
    guard text.contains("{") else { return text }
    let number = String(index + 1)
    return text.replacing("{name}", with: name).replacing("{folder}", with: input.folder)
      .replacing("{index}", with: String(repeating: "0", count: max(0, 4 - number.count)) + number)
  }
}
