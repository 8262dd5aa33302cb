import Foundation
import Kapao
import Pipeline
import Render
import Tracking

extension ConfigurationReader {
  /// One stream; `nil` if it cannot be made.
  func stream(_ name: String, _ section: YAMLSection, defaults: YAMLSection?) -> StreamConfiguration? {
    let isPlain = name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
    if !isPlain || name.isEmpty || name.count > 64 {
      section.note("a stream's name has at most 64 letters, digits, - and _")
    }
    let source = source(section, defaults: defaults)
    let outputs = section.sections("outputs").compactMap { output($0) }
    // What the stream does not say, the defaults say.
    let levels = [section, defaults].compactMap { $0 }
    func first<Value>(_ read: (YAMLSection) -> Value?) -> Value? {
      levels.map(read).compactMap { $0 }.first
    }
    let rate = first { $0.number("max_fps", 0.1...1000) }
    let stall = first { $0.seconds("stall_timeout") }
    let preset = first { level in
      level.value("preset", Preset.allCases.map(\.rawValue).joined(separator: ", ")) { Preset(rawValue: $0) }
    }
    let confidence = first { $0.number("pose_confidence", 0...1) }
    let tracker = first { level in
      level.value("tracker", "oks, players or none") { TrackerChoice(rawValue: $0) }
    }
    let people = first { $0.integer("people", 1...64) }
    let detectEvery = first { level in
      let range = DetectEvery.range
      return level.value("detect_every", "auto or a whole number from \(range.lowerBound) to \(range.upperBound)") {
        DetectEvery($0)
      }
    }
    let smoothing = first { level in
      level.value("smooth", "none or one-euro") { Smoothing(rawValue: $0).flatMap { $0 == .butterworth ? nil : $0 } }
    }
    let drawn = first { drawing($0) }
    section.finish()
    guard let source else { return nil }
    var stream = StreamConfiguration(name: name, source: source)
    stream.maximumRate = rate
    stream.stallTimeout = stall ?? stream.stallTimeout
    stream.preset = preset
    stream.poseConfidence = confidence.map { Float($0) }
    stream.tracker = tracker
    stream.people = people ?? stream.people
    stream.detectEvery = detectEvery ?? stream.detectEvery
    stream.smoothing = smoothing ?? stream.smoothing
    stream.style = drawn ?? stream.style
    stream.outputs = outputs
    return stream
  }

  private func source(_ section: YAMLSection, defaults: YAMLSection?) -> LiveSource? {
    let levels = [section, defaults].compactMap { $0 }
    let transports = levels.map { level in
      level.value("transport", "tcp or udp") { RTSPTransport(rawValue: $0) }
    }
    let loops = section.flag("loop")
    var options: [String: String] = [:]
    if let list = section.section("source_options") {
      for (name, node) in list.fields {
        _ = list.take(name)
        if let value = list.text(node, field: name) { options[name] = value }
      }
    }
    guard let node = section.take("source") else {
      section.note("needs a source", field: "source")
      return nil
    }
    guard let text = section.text(node, field: "source") else { return nil }
    do {
      var source = try LiveSource(text, transport: transports.compactMap { $0 }.first ?? .tcp, options: options)
      source.loops = loops ?? false
      if loops != nil, source.kind != .file {
        section.note("is for files only", field: "loop", at: section.take("loop"))
      }
      return source
    } catch {
      section.note("\(error)", field: "source", at: node)
      return nil
    }
  }

  private func drawing(_ level: YAMLSection) -> OverlayStyle? {
    guard let section = level.section("drawing") else { return nil }
    var style = OverlayStyle()
    style.boxes = section.flag("boxes") ?? style.boxes
    style.facePoints = section.flag("face") ?? style.facePoints
    style.opacity = section.number("alpha", 0...1) ?? style.opacity
    style.lineWidth = section.number("line_width", 0.5...1000)
    style.keypointSize = section.number("keypoint_size", 0.5...1000)
    style.trail = section.number("trail", 0...3600) ?? style.trail
    if section.flag("ids") == true { style.labels.insert(.identity) }
    if section.flag("score") == true { style.labels.insert(.score) }
    if let skeleton = section.flag("skeleton") {
      style.skeleton = skeleton
      style.keypoints = skeleton
    }
    section.finish()
    return style
  }

  private func output(_ section: YAMLSection) -> OutputConfiguration? {
    let codec = section.text("codec")
    defer { section.finish() }
    if section.take("video") != nil { return section.text("video").map { .video($0, codec: codec) } }
    if section.take("record") != nil {
      let endings = ["mkv", "mp4", "ts"]
      return files(section, folder: "record", endings: endings, span: "segment", usual: 600).map {
        .record($0, codec: codec)
      }
    }
    if section.take("poses") != nil {
      return files(
        section, folder: "poses", endings: LivePoseFormat.allCases.map(\.rawValue), span: "rotate", usual: 3600
      ).map {
        .poses($0)
      }
    }
    if section.take("mqtt") != nil {
      return section.value("mqtt", "an address such as mqtt://user:password@host:1883/prefix") { MQTTAddress($0) }
        .map { .mqtt($0) }
    }
    section.note("an output has one of: video, record, poses, mqtt")
    return nil
  }

  private func files(
    _ section: YAMLSection, folder: String, endings: [String], span: String, usual: Double
  ) -> OutputConfiguration.Files? {
    let path = section.text(folder)
    let ending = section.value("format", endings.joined(separator: " or ")) { endings.contains($0) ? $0 : nil }
    let seconds = section.seconds(span)
    let age = section.seconds("keep")
    let bytes = section.value("keep_size", "an amount such as 500MB or 20GB") { ByteCount($0)?.bytes }
    guard let path else { return nil }
    return OutputConfiguration.Files(
      folder: path, ending: ending ?? endings[0], seconds: seconds ?? usual,
      retention: Retention(age: age, bytes: bytes))
  }

  /// Folders that cannot be written to are found before anything starts.
  func checkFolders(_ configuration: ServiceConfiguration, _ top: YAMLSection) {
    for stream in configuration.streams {
      for output in stream.outputs {
        let folder: String
        switch output {
        case .video(let path, _):
          if path.contains("://") { continue }
          folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
          if !FileManager.default.fileExists(atPath: folder) {
            top.note("stream \(stream.name): there is no folder \(folder)", field: "streams")
            continue
          }
        case .record(let files, _), .poses(let files): folder = files.folder
        case .mqtt: continue
        }
        var existing = URL(fileURLWithPath: folder)
        while !FileManager.default.fileExists(atPath: existing.path), existing.path != "/" {
          existing.deleteLastPathComponent()
        }
        if !FileManager.default.isWritableFile(atPath: existing.path) {
          top.note("stream \(stream.name): cannot write to \(folder)", field: "streams")
        }
      }
    }
  }
}
