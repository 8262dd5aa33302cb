import ArgumentParser
import Foundation
import Inference
import Kapao
import Pipeline
import Support
import VideoIO

/// `kapao-video doctor`.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Checks what this machine has for annotate, stream and serve, and says what to install.",
    discussion: """
      Each line begins with ok, note (something is slower, or one kind of input or output is missing) or missing. The exit code \
      is 3 if something is missing without which no video can be annotated.

      EXAMPLES:
        kapao-video doctor
        kapao-video doctor --folder /var/lib/kapao-video
      """)

  @Option(help: "A folder that has to be writable, such as that of recordings.")
  var folder = "."

  /// What was found of one thing.
  private enum Finding {
    case ok(String)
    case note(String)
    case missing(String)
  }

  func run() throws {
    var isUsable = true
    for line in VersionText.lines { print("ok       \(line)") }
    for finding in [model, Self.arithmetic] + Self.devices + Self.encoders + Self.hardware + Self.sources + [
      Self.webcams, writable,
    ] {
      switch finding {
      case .ok(let text): print("ok       \(text)")
      case .note(let text): print("note     \(text)")
      case .missing(let text):
        print("missing  \(text)")
        isUsable = false
      }
    }
    guard isUsable else { throw ExitCode(ExitStatus.unusableInput.rawValue) }
  }

  private var model: Finding {
    do {
      let path = try AnalysisSettings().modelPath()
      let model = try Model.load(path)
      return .ok("model: \(path)" + (model.isCalibrated ? ", int8" : ", fp32"))
    } catch let error as ValidationError {
      return .missing("model: \(error.message)")
    } catch {
      return .missing("model: \(error)")
    }
  }

  private static var arithmetic: Finding {
    ComputeLibrary.sumsByteProducts
      ? .ok("int8: the processor has VNNI")
      : .note("int8: no VNNI on this processor; it is slower and slightly less accurate than with it")
  }

  /// ONNX Runtime and what it computes on.
  private static var devices: [Finding] {
    do {
      let runtime = try ComputeLibrary.onnxRuntime()
      return [.ok("ONNX Runtime \(runtime.version): \(runtime.path)")]
        + runtime.devices.map { device, problem in
          problem.map { .note("ONNX Runtime: \($0)") } ?? .ok("ONNX Runtime computes on: \(device.rawValue)")
        }
    } catch {
      return [.note("graphics cards: \(error)")]
    }
  }

  /// Decoders and encoders of devices.
  private static var hardware: [Finding] {
    let kinds = HardwareDecoding.allCases.filter { $0 != .none && $0 != .auto }
    let decoders = kinds.filter { $0.problem == nil }.map(\.rawValue)
    let encoders = MediaLibrary.hardwareEncoders.filter { MediaLibrary.problem(ofEncoder: $0) == nil }
    func text(_ found: [String]) -> String { found.isEmpty ? "none works here" : found.joined(separator: ", ") }
    return [
      .ok("decoding on a device (--hwaccel): \(text(decoders))"),
      .ok("encoding on a device (--codec): \(text(encoders))"),
    ]
  }

  private static var encoders: [Finding] {
    let wanted = [
      ("libx264", "MP4, MKV, MOV and live streams are written"), ("libvpx-vp9", "WebM is written"),
      ("gif", "GIF is written"), ("mjpeg", "the web page shows pictures"),
    ]
    return wanted.map { name, use in
      if MediaLibrary.hasEncoder(name) { return .ok("encoder \(name): \(use)") }
      let text = "encoder \(name), with which \(use): install FFmpeg's libraries with it (Debian: libavcodec-extra)"
      return name == "libx264" ? .missing(text) : .note(text)
    }
  }

  private static var sources: [Finding] {
    let schemes = ["rtsp", "https", "rtmp", "srt"]
    let absent = schemes.filter { !MediaLibrary.readsScheme($0) }
    return [
      absent.isEmpty
        ? .ok("sources: " + schemes.joined(separator: ", "))
        : .note("sources: FFmpeg's libraries were built without " + absent.joined(separator: ", ")),
      MediaLibrary.convertsWideColour
        ? .ok("HDR: converted by zscale")
        : .note("HDR: libavfilter has no zscale; --hdr keep takes the numbers as they are"),
    ]
  }

  private static var webcams: Finding {
    guard MediaLibrary.readsWebcams else { return .note("webcams: libavdevice has no V4L2") }
    let cameras = Webcam.all()
    guard !cameras.isEmpty else { return .ok("webcams: none is connected") }
    let closed = cameras.filter { !FileSystem.allows($0.path, R_OK | W_OK) }.map(\.path)
    guard closed.isEmpty else {
      return .note("webcams: \(closed.joined(separator: ", ")) may not be opened: add this user to the group video")
    }
    return .ok("webcams: " + cameras.map { "\($0.path) (\($0.name))" }.joined(separator: ", "))
  }

  private var writable: Finding {
    let path = FileSystem.resolved(folder) ?? folder
    guard FileSystem.isFolder(folder) else { return .missing("folder \(path): there is none") }
    return FileSystem.allows(folder, W_OK | X_OK)
      ? .ok("folder \(path): writable") : .missing("folder \(path): not writable for this user")
  }
}
