import Foundation
import TestSupport
import Testing

@Suite("serve")
struct ServeTests {
  private static let quick = "model: \(Fixtures.path("reference/kapao_tiny_coco_random.pt")), size: 128"

  /// What `serve --check` says of a configuration.
  private func check(_ text: String) throws -> Program.Outcome {
    try Media.withFolder { folder in
      let file = folder.appending(path: "test.yaml").path
      try text.write(toFile: file, atomically: true, encoding: .utf8)
      return Program.run("serve", "--config", file, "--check")
    }
  }

  /// The options of `stream` in some sections of its help: name, whether it is a flag, and a value that is good.
  private func options() throws -> [(name: String, isFlag: Bool, value: String)] {
    let text = Program.run("stream", "--experimental-dump-help").output
    let tree = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let arguments = try #require((tree["command"] as? [String: Any])?["arguments"] as? [[String: Any]])
    let sections = [
      "Network", "Thresholds", "Tracking", "Drawing", "Drawing who is who", "Court and side",
      "Drawing an analysis",
    ]
    let others = [
      "model": Fixtures.path("reference/kapao_tiny_coco_random.pt"), "color": "red", "keypoint-color": "red",
      "size": "256", "backend": "onnxruntime", "onnxruntime": try #require(ONNXRuntimeFixture.library),
      "precision": "fp32", "tracker": "oks",
      "court": Fixtures.path("courts/tennis_broadcast.json"), "angle": "left knee",
    ]
    return arguments.filter { sections.contains($0["sectionTitle"] as? String ?? "") }.compactMap { argument in
      let names = argument["names"] as? [[String: Any]] ?? []
      guard let name = names.first(where: { $0["kind"] as? String == "long" })?["name"] as? String else { return nil }
      let value =
        others[name] ?? (argument["allValues"] as? [String])?.first ?? (name == "region" ? "0,0 1,0 1,1" : "1")
      return (name, argument["kind"] as? String == "flag", value)
    }
  }

  @Test("every option of stream's analysis is a field of a stream")
  func fields() throws {
    let options = try options().filter { !$0.name.hasPrefix("tta") && !$0.name.hasPrefix("no-") }
    #expect(options.count > 35)
    let lines = options.map { "    \($0.name.replacing("-", with: "_")): \($0.isFlag ? "true" : "'\($0.value)'")" }
    let outcome = try check("streams:\n  a:\n    source: lavfi:testsrc2\n" + lines.joined(separator: "\n"))
    #expect(outcome.status == 0, "\(outcome.errors)")
  }

  @Test("what the command line refuses is refused with its line and field")
  func refused() throws {
    let outcome = try check(
      """
      streams:
        a:
          source: lavfi:testsrc2
          keypoint_overlap: 1.5
          crowd_size: large
          tta: true
          smooth: butterworth
          colour: red
          detect_every: 0
        b: {source: 'lavfi:testsrc2', tracker: none, smooth: one-euro}
        c: {source: 'lavfi:testsrc2', court: /nowhere.json}
        d:
          source: lavfi:testsrc2
          angle: [left knee, tail]
          blur: hands
      """)
    #expect(outcome.status == 2)
    for problem in [
      "line 4: streams.a.keypoint_overlap: keypoint_overlap must be between 0 and 1.",
      "line 5: streams.a.crowd_size: The value 'large' is invalid for 'crowd_size'",
      "line 6: streams.a.tta: tta is too slow for live video.", "line 7: streams.a.smooth: smooth butterworth",
      "line 8: streams.a.colour: is not known here", "line 9: streams.a.detect_every: ",
      "line 10: streams.b: smooth needs a tracker.",
      "line 11: streams.c.court: cannot read /nowhere.json",
      "line 14: streams.d.angle: The value is invalid for 'angle': must be all, or one or several of right knee",
      "line 15: streams.d.blur: The value 'hands' is invalid for 'blur': must be one of faces",
    ] {
      #expect(outcome.errors.contains(problem), "\(outcome.errors)")
    }
  }

  @Test("the example that ships is good as it is, and with its camera")
  func example() throws {
    let sample = Fixtures.root.appending(path: "Samples/kapao-video.yaml")
    let outcome = Program.run("serve", "--config", sample.path, "--check")
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(outcome.output == "\(sample.path): good, 1 stream\n")
    try Media.withFolder { folder in
      let text = try String(contentsOf: sample, encoding: .utf8)
      let streams = try #require(text.range(of: "\nstreams:\n")).upperBound
      let file = folder.appending(path: "sample.yaml").path
      try (text[..<streams] + text[streams...].replacing("\n  # ", with: "\n  "))
        .write(toFile: file, atomically: true, encoding: .utf8)
      let camera = Media.run("env", ["CAMERA_PASSWORD=x", Program.path, "serve", "--config", file, "--check"])
      #expect(camera.output == "\(file): good, 2 streams\n", "\(camera.errors)")
      #expect(Program.run("serve", "--config", file, "--check").errors.contains("CAMERA_PASSWORD is not set"))
    }
  }

  @Test("a model that cannot be used is found by --check")
  func unusableModel() throws {
    try Media.withFolder { folder in
      let model = folder.appending(path: "bad.safetensors").path
      try "junk".write(toFile: model, atomically: true, encoding: .utf8)
      let outcome = try check("streams: {one: {source: 'lavfi:testsrc2=s=64x64', model: \(model)}}")
      #expect(outcome.status == 3)
      #expect(outcome.errors.contains("cannot use the model \(model): it is a text file"), "\(outcome.errors)")
    }
  }

  @Test("a port that is taken ends the program with the reason")
  func busyPort() throws {
    try Media.withFolder { folder in
      let file = folder.appending(path: "test.yaml").path
      let script = """
        import socket, subprocess, sys
        taken = socket.create_server(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        open("\(file)", "w").write(
            "http: {port: %d}\\ndefaults: {\(Self.quick)}\\nstreams: {a: {source: 'lavfi:testsrc2'}}" % port)
        sys.exit(subprocess.run(["\(Program.path)", "serve", "--config", "\(file)"]).returncode)
        """
      let outcome = Media.run("python3", ["-c", script])
      #expect(outcome.status == 5)
      #expect(outcome.errors.contains(": Address already in use\n"))
    }
  }

  @Test("SIGTERM is a good end, also while someone looks at the pictures")
  func terminated() throws {
    try Media.withFolder { folder in
      let file = folder.appending(path: "test.yaml").path
      try "http: {port: 0}\ndefaults: {\(Self.quick)}\nstreams: {a: {source: 'lavfi:testsrc2=s=160x90:r=25'}}"
        .write(toFile: file, atomically: true, encoding: .utf8)
      let script = """
        import subprocess, threading, time, urllib.request
        for _ in range(12):
            service = subprocess.Popen(
                ["\(Program.path)", "serve", "--config", "\(file)"], stderr=subprocess.PIPE, text=True)
            url = next(line for line in service.stderr if "listening on" in line).split()[-1]
            while True:
                try:
                    viewer = urllib.request.urlopen(url + "streams/a.mjpg", timeout=10)
                    break
                except urllib.error.HTTPError:
                    pass
            threading.Thread(target=viewer.read, daemon=True).start()
            time.sleep(0.3)
            service.terminate()
            print(service.wait(5))
        """
      let outcome = Media.run("python3", ["-c", script])
      #expect(outcome.output == String(repeating: "0\n", count: 12), "\(outcome.errors)")
    }
  }

  @Test("more connections than there may be keep nobody out")
  func connections() throws {
    try Media.withFolder { folder in
      let file = folder.appending(path: "test.yaml").path
      let script = """
        import resource, socket, subprocess, urllib.request
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        open("\(file)", "w").write(
            "http: {port: %d}\\ndefaults: {\(Self.quick)}\\nstreams: {a: {source: 'lavfi:testsrc2=s=160x90'}}" % port)
        few = lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))
        service = subprocess.Popen(
            ["\(Program.path)", "serve", "--config", "\(file)"], stderr=subprocess.PIPE, text=True, preexec_fn=few)
        next(line for line in service.stderr if "listening on" in line)
        idle = [socket.create_connection(("127.0.0.1", port)) for _ in range(120)]
        print(urllib.request.urlopen("http://127.0.0.1:%d/healthz" % port, timeout=10).status)
        service.terminate()
        print(service.wait(5))
        """
      let outcome = Media.run("timeout", ["-k", "1", "60", "python3", "-c", script])
      #expect(outcome.output == "200\n0\n", "\(outcome.errors)")
    }
  }

  @Test("a signal that comes twice at once, as `timeout` sends it, completes the outputs")
  func signalledTwice() throws {
    try Media.withFolder { folder in
      let script = """
        import subprocess, sys, time
        stream = subprocess.Popen(sys.argv[1:], stderr=subprocess.PIPE, text=True)
        next(line for line in stream.stderr if "streaming" in line)
        time.sleep(1)
        stream.terminate()
        time.sleep(0.05)
        stream.terminate()
        print(stream.wait(10))
        """
      let program = [
        Program.path, "stream", "lavfi:testsrc2=s=160x90:r=25", "--record", folder.path, "--name", "court",
      ]
      let outcome = Media.run("python3", ["-c", script] + program + Program.quickModel)
      #expect(outcome.output == "130\n", "\(outcome.errors)")
      let left = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      #expect(left.count == 1 && left[0].hasPrefix("court-") && left[0].hasSuffix(".mkv"), "\(left)")
    }
  }

  @Test("what cannot be said on standard error is left out")
  func noStandardError() {
    for target in ["2>/dev/full", "2>&-"] {
      let outcome = Media.run("bash", ["-c", "\"$0\" probe /nowhere \(target)", Program.path])
      #expect(outcome.status == 3)
    }
  }

  private static let canMount =
    Media.run("unshare", ["-rm", "mount", "-t", "tmpfs", "none", "/mnt"]).status == 0

  @Test("a folder that cannot be made is named, and the other outputs go on")
  func unwritable() throws {
    try Media.withFolder { folder in
      let csv = folder.appending(path: "poses.csv").path
      let outcome = Program.run(
        ["stream", "lavfi:testsrc2=s=160x90:r=25:d=2", "--record", "/proc/nowhere", "--csv", csv] + Program.quickModel)
      #expect(outcome.status == 5)
      #expect(outcome.errors.contains("output failed: cannot make the folder /proc/nowhere: No such file or directory"))
      let rows = try String(contentsOfFile: csv, encoding: .utf8).split(separator: "\n").count
      #expect(rows > 25)
    }
  }

  @Test(
    "a full disk is named, and the other outputs go on",
    .enabled(if: canMount, "file systems cannot be mounted here"), arguments: ["full.mkv", "full.ts", "full.m3u8"])
  func fullDisk(name: String) throws {
    try Media.withFolder { folder in
      let disk = folder.appending(path: "disk").path
      let csv = folder.appending(path: "poses.csv").path
      try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
      let program = [
        Program.path, "stream", "lavfi:testsrc2=s=640x360:r=25:d=4", "-o", "\(disk)/\(name)", "--csv", csv,
      ]
      let outcome = Media.run(
        "unshare",
        ["-rm", "sh", "-c", "mount -t tmpfs -o size=128k none '\(disk)' && exec \"$@\"", "sh"] + program
          + Program.quickModel)
      #expect(outcome.status == 5, "\(outcome.errors)")
      #expect(outcome.errors.contains("No space left on device"), "\(outcome.errors)")
      let rows = try String(contentsOfFile: csv, encoding: .utf8).split(separator: "\n").count
      #expect(rows > 50)
    }
  }
}
