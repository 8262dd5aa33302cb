import Foundation
import Kapao
import Pipeline
import VideoIO

extension ConfigurationReader {
  /// One stream; `nil` if it cannot be made.
  func stream(_ name: String, _ section: YAMLSection, defaults: YAMLSection?) -> StreamConfiguration? {
    if !StreamConfiguration.isName(name) { section.note("a stream's name has at most 64 letters, digits, - and _") }
    let source = source(section, defaults: defaults)
    let outputs = section.sections("outputs").compactMap { output($0) }
    // What the stream does not say, the defaults say.
    let levels = [section, defaults].compactMap { $0 }
    func first<Value>(_ read: (YAMLSection) -> Value?) -> Value? {
      levels.map(read).compactMap { $0 }.first
    }
    let sound = first { $0.flag("sound") }
    let rate = first { $0.number("max_fps", 0.1...1000) }
    let stall = first { $0.seconds("stall_timeout") }
    let analysis = analysis(section, defaults: defaults)
    section.finish()
    guard let source, let analysis else { return nil }
    var stream = StreamConfiguration(name: name, source: source, analysis: analysis)
    stream.carriesSound = sound ?? true
    stream.maximumRate = rate
    stream.stallTimeout = stall ?? stream.stallTimeout
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
    if section.take("mqtt") != nil { return mqtt(section).map { .mqtt($0) } }
    section.note("an output has one of: video, record, poses, mqtt")
    return nil
  }

  private func mqtt(_ section: YAMLSection) -> MQTTAddress? {
    let expected = "an address such as mqtt://user:password@host:1883/prefix, or mqtts:// with TLS"
    var address = section.value("mqtt", expected) { MQTTAddress($0) }
    let (user, password) = (section.text("user"), section.text("password"))
    if user != nil { address?.user = user }
    if password != nil { address?.password = password }
    let files = ["ca_file", "cert_file", "key_file"].map { section.readableFile($0) }
    if address?.tls != nil {
      address?.tls?.authorities = files[0]
      address?.tls?.certificate = files[1]
      address?.tls?.key = files[2]
    } else if address != nil, files.contains(where: { $0 != nil }) {
      section.note("certificates are for mqtts:// only", field: "mqtt", at: section.take("mqtt"))
    }
    if (files[1] == nil) != (files[2] == nil) {
      section.note("cert_file and key_file go together", field: files[1] == nil ? "cert_file" : "key_file")
    }
    return address
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
    var videos: Set<String> = []
    for stream in configuration.streams {
      for output in stream.outputs {
        let folder: String
        switch output {
        case .video(let path, _):
          let place = path.contains("://") ? path : URL(fileURLWithPath: path).standardized.path
          if !videos.insert(place).inserted {
            top.note("stream \(stream.name): there is another video \(Redaction.redact(path))", field: "streams")
          }
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
