import Foundation
import Kapao
import Pipeline
import Support
import VideoIO
import YAMLFile

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
    let network: NetworkSettings
    do {
      network = try analysis.detection.network()
    } catch {
      section.note("\(error)", field: "model")
      return nil
    }
    var stream = StreamConfiguration(name: name, source: source, analysis: analysis, network: network)
    do {
      stream.overlay = try analysis.overlay.settings()
    } catch {
      let level = levels.first { $0.take("court") != nil }
      level?.note("\(error)", field: "court", at: level?.take("court"))
    }
    stream.carriesAudio = sound ?? true
    stream.maximumRate = rate
    stream.stallTimeout = stall ?? stream.stallTimeout
    stream.outputs = outputs
    checkFiles(of: stream, section)
    return stream
  }

  /// Notes outputs that would replace what the stream reads.
  private func checkFiles(of stream: StreamConfiguration, _ section: YAMLSection) {
    var inputs = InputFiles()
    if stream.source.kind == .file { inputs.add(stream.source.input, as: "the source") }
    inputs.add(stream.network.model, as: "the model")
    if let court = stream.analysis.overlay.court { inputs.add(court, as: "the court") }
    for case .video(let path, _, _) in stream.outputs {
      if let clash = inputs.clash(with: path) { section.note("\(path) \(clash)", field: "outputs") }
    }
  }

  private func source(_ section: YAMLSection, defaults: YAMLSection?) -> LiveSource? {
    let levels = [section, defaults].compactMap { $0 }
    let transports = levels.map { level in
      level.value("transport", "tcp or udp") { RTSPTransport(rawValue: $0) }
    }
    let kinds = HardwareDecoding.allCases.map(\.rawValue).joined(separator: ", ")
    let hardware = levels.map { level in
      level.value("hwaccel", "one of \(kinds)") { HardwareDecoding(rawValue: $0) }
    }
    let format = section.text("input_format")
    let loops = section.flag("loop")
    let list = section.section("source_options")
    var options: [String: String] = [:]
    for (name, node) in list?.fields ?? [] {
      _ = list?.take(name)
      if let value = list?.text(node, field: name, isSecret: true) { options[name] = value }
    }
    let tls = tls(section)
    guard let node = section.take("source") else {
      section.note("needs a source", field: "source")
      return nil
    }
    guard let text = section.text(node, field: "source") else { return nil }
    do {
      var source = try LiveSource(
        text, transport: transports.compactMap { $0 }.first ?? .tcp, format: format,
        options: options.merging(tls) { $1 })
      source.loops = loops ?? false
      source.hardware = hardware.compactMap { $0 }.first ?? .none
      if loops != nil, source.kind != .file {
        section.note("is for files only", field: "loop", at: section.take("loop"))
      }
      if !tls.isEmpty, !source.mayBeEncrypted {
        section.note("tls_verify and ca_file are for https://, rtmps:// and rtsps:// only", field: "source", at: node)
      }
      let problems = options.compactMap { name, value in
        source.problem(ofOption: name, value: value).map { (name: name, text: $0) }
      }
      for problem in problems { list?.note(problem.text, field: problem.name, at: list?.take(problem.name)) }
      if problems.isEmpty { try source.check() }
      return source
    } catch {
      section.note("\(error)", field: "source", at: node)
      return nil
    }
  }

  /// How the certificate of a server is checked, as options of libav.
  private func tls(_ section: YAMLSection) -> [String: String] {
    var options: [String: String] = [:]
    options["tls_verify"] = section.flag("tls_verify").map { $0 ? "1" : "0" }
    options["ca_file"] = section.readableFile("ca_file")
    return options
  }

  private func output(_ section: YAMLSection) -> OutputConfiguration? {
    defer { section.finish() }
    if section.take("video") != nil { return video(section) }
    if section.take("record") != nil {
      let codec = section.text("codec")
      guard let files = files(section, folder: "record", endings: ["mkv", "mp4", "ts"], span: "segment", usual: 600)
      else { return nil }
      check("x.\(files.ending)", codec: codec, section, field: "record")
      return .record(files, codec: codec)
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

  private func video(_ section: YAMLSection) -> OutputConfiguration? {
    let (codec, tls) = (section.text("codec"), tls(section))
    guard let path = section.text("video") else { return nil }
    check(path, codec: codec, options: tls, section, field: "video")
    let isURL = path.contains("://")
    let url = URL(fileURLWithPath: path)
    if !section.problems.videos.insert(isURL ? path : url.standardized.path).inserted {
      section.note("there is another video \(Redaction.shown(path))", field: "video", at: section.take("video"))
    }
    if !isURL { checkFolder(url.deletingLastPathComponent().path, isMade: false, section, field: "video") }
    return .video(path, codec: codec, options: tls)
  }

  /// Notes what is known to be wrong with a video before it is begun.
  private func check(
    _ path: String, codec: String?, options: [String: String] = [:], _ section: YAMLSection, field: String
  ) {
    do {
      try LiveOutput.checkVideo(path, codec: nil, options: options)
    } catch {
      return section.note("\(error)", field: field, at: section.take(field))
    }
    do {
      try LiveOutput.checkVideo(path, codec: codec, options: options)
    } catch {
      section.note("\((error as? VideoError)?.detail ?? "\(error)")", field: "codec", at: section.take("codec"))
    }
  }

  /// Notes a folder that cannot be written to before anything starts.
  ///
  /// - Parameter isMade: Whether it is made where it is not there.
  private func checkFolder(_ folder: String, isMade: Bool, _ section: YAMLSection, field: String) {
    var existing = URL(fileURLWithPath: folder)
    if !isMade, !FileManager.default.fileExists(atPath: folder) {
      return section.note("there is no folder \(folder)", field: field, at: section.take(field))
    }
    while !FileManager.default.fileExists(atPath: existing.path), existing.path != "/" {
      existing.deleteLastPathComponent()
    }
    if !FileSystem.isFolder(existing.path) {
      return section.note("\(existing.path) is no folder", field: field, at: section.take(field))
    }
    if !FileManager.default.isWritableFile(atPath: existing.path) {
      section.note("cannot write to \(folder)", field: field, at: section.take(field))
    }
  }

  private func mqtt(_ section: YAMLSection) -> MQTTAddress? {
    let expected = "an address such as mqtt://user:password@host:1883/prefix, or mqtts:// with TLS"
    var address = section.value("mqtt", expected) { MQTTAddress($0) }
    let (user, password) = (section.text("user", isSecret: true), section.text("password", isSecret: true))
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
    checkFolder(path, isMade: true, section, field: folder)
    return OutputConfiguration.Files(
      folder: path, ending: ending ?? endings[0], seconds: seconds ?? usual,
      retention: Retention(age: age, bytes: bytes))
  }
}

extension YAMLSection {
  /// A length of time in seconds.
  func seconds(_ field: String, atLeast least: Double = 1) -> Double? {
    value(field, "a time such as 45s, 10m, 12h or 7d") { text in
      TimeSpan(text).flatMap { $0.seconds >= least ? $0.seconds : nil }
    }
  }
}
