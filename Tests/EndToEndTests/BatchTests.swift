import Foundation
import TestSupport
import Testing

@Suite("Batches")
struct BatchTests {
  private let clip = Fixtures.root.appending(path: "Samples/campus.mp4").path

  /// A folder of links to clips, and one file that is no video.
  private func inputs(_ names: [String], in folder: URL) throws -> String {
    let inputs = folder.appending(path: "in")
    try FileManager.default.createDirectory(at: inputs, withIntermediateDirectories: true)
    for name in names {
      try FileManager.default.createSymbolicLink(
        atPath: inputs.appending(path: name).path, withDestinationPath: Media.path("vfr.mp4"))
    }
    return inputs.path
  }

  private func batch(_ arguments: [String]) -> Program.Outcome {
    Program.run(["batch"] + arguments + Program.quickModel)
  }

  private func report(_ path: URL) throws -> [[String: Any]] {
    let json = try JSONSerialization.jsonObject(with: Data(contentsOf: path)) as? [String: Any]
    return try #require(json?["videos"] as? [[String: Any]])
  }

  @Test("one video that fails does not stop the others, and what is done is not done again")
  func failure() throws {
    try Media.withFolder { folder in
      let input = try inputs(["a.mp4", "c.mp4"], in: folder)
      try Data("no video".utf8).write(to: URL(fileURLWithPath: input + "/b.mp4"))
      let out = folder.appending(path: "out")
      let arguments = [input, "-o", out.path, "--export", "csv", "--export", "coco=coco/{name}.json", "--jobs", "2"]
      let first = batch(arguments)
      #expect(first.status == 3)
      #expect(first.output.contains("3 videos: 2 done, 1 failed"), "\(first.output) \(first.errors)")
      #expect(first.errors.contains("b: failed with exit code 3: cannot open"))
      let names = try FileManager.default.contentsOfDirectory(atPath: out.path).sorted()
      #expect(
        names == [
          "a.csv", "a.json", "a.kapao.json", "batch.json", "c.csv", "c.json", "c.kapao.json", "coco",
        ])
      let plain = folder.appending(path: "plain.csv").path
      #expect(Program.annotate(input + "/a.mp4", ["--csv", plain]).status == 0)
      #expect(FileManager.default.contentsEqual(atPath: plain, andPath: out.appending(path: "a.csv").path))
      try FileManager.default.removeItem(atPath: input + "/b.mp4")
      let second = batch(arguments + ["--skip-existing"])
      #expect(second.status == 0)
      #expect(second.output.contains("2 videos: 2 skipped; 0 frames"))
      #expect(try report(out.appending(path: "batch.json")).map { $0["status"] as? String } == ["skipped", "skipped"])
    }
  }

  @Test(
    "a result is done again when its input, its options or its outputs are others",
    arguments: ["input", "option", "output", "manifest"])
  func stale(what: String) throws {
    try Media.withFolder { folder in
      let input = folder.appending(path: "a.mp4")
      try FileManager.default.copyItem(atPath: Media.path("vfr.mp4"), toPath: input.path)
      let out = folder.appending(path: "out")
      var arguments = [input.path, "-o", out.path, "--export", "csv", "--skip-existing"]
      #expect(batch(arguments).status == 0)
      switch what {
      case "input":
        try FileManager.default.removeItem(at: input)
        try FileManager.default.copyItem(atPath: Media.path("av.mp4"), toPath: input.path)
      case "option": arguments += ["--hold", "3"]
      case "output": try Data("x".utf8).write(to: out.appending(path: "a.csv"))
      default: try Data("{".utf8).write(to: out.appending(path: "a.kapao.json"))
      }
      let second = batch(arguments)
      #expect(second.output.contains("1 video: 1 done"), "\(second.output)")
      #expect(batch(arguments).output.contains("1 video: 1 skipped"))
    }
  }

  @Test("an input with another time and the same content is the same")
  func touched() throws {
    try Media.withFolder { folder in
      let input = folder.appending(path: "a.mp4").path
      try FileManager.default.copyItem(atPath: Media.path("vfr.mp4"), toPath: input)
      let arguments = [input, "-o", folder.appending(path: "out").path, "--export", "csv", "--skip-existing"]
      #expect(batch(arguments).status == 0)
      try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSince1970: 1e9)], ofItemAtPath: input)
      #expect(batch(arguments).output.contains("1 video: 1 skipped"))
    }
  }

  @Test("a table names videos, results and options of their own, and wrong ones before anything begins")
  func table() throws {
    try Media.withFolder { folder in
      let list = folder.appending(path: "list.csv")
      let out = folder.appending(path: "out")
      let clip = Media.path("vfr.mp4")
      try "input,name,end,tracker\n\(clip),one,0.5,\n\"\(clip)\",two,,none\n".write(
        to: list, atomically: true, encoding: .utf8)
      let outcome = batch(["--list", list.path, "-o", out.path, "--export", "ndjson"])
      #expect(outcome.status == 0, "\(outcome.errors)")
      let lines = try ["one", "two"].map {
        try String(contentsOf: out.appending(path: "\($0).ndjson"), encoding: .utf8).split(separator: "\n").count
      }
      #expect(lines[0] < lines[1] && lines[1] == 78)
      try "input,tracker\n\(clip),best\n".write(to: list, atomically: true, encoding: .utf8)
      let wrong = batch(["--list", list.path, "-o", out.path, "--export", "csv"])
      #expect(wrong.status == 2)
      #expect(wrong.errors.contains("tracker"))
    }
  }

  @Test(
    "what cannot be is said before anything begins",
    arguments: [
      (["{in}", "--export", "csv", "--name", "x"], "--name has to hold"), (["{in}"], "name what to write"),
      (["{in}", "--export", "xls"], "no such format"), (["{in}", "{in}", "--export", "csv"], "would both be called a"),
      (["{in}", "{in}", "--name", "{index}", "--export", "csv", "--summary", "s.json"], "would both write s.json"),
      (["{in}/none*.mp4", "--export", "csv"], "no file has a name such as"),
      (["{in}", "--export", "csv", "--split", "10m"], "add --refine off"),
      (["{in}", "--export", "csv", "--split", "10"], "add --refine off"),
      (["{in}", "--export", "csv", "--split", "0s", "--refine", "off"], "--split takes a length"),
      (["{in}", "--export", "csv", "--split", "9s", "--refine", "off", "--detect-every", "auto"], "with a number"),
      (["{in}", "--export", "csv", "--split", "9s", "--refine", "off", "--start", "1"], "whole videos"),
      (["{in}", "--export", "csv", "--shard", "3/2"], "i/n with i from 1 to n"),
      (["{in}", "--export", "csv", "--shard", "auto"], "no scheduler's variable"),
      (["{in}", "--export", "csv", "--export", "coco=../x.json"], "leads out of the folder"),
      (["{in}", "--video", "mp4", "--output-dir", "{in}"], "is an input"),
    ])
  func usage(arguments: [String], message: String) throws {
    try Media.withFolder { folder in
      let input = try inputs(["a.mp4"], in: folder)
      var arguments = arguments.map { $0.replacingOccurrences(of: "{in}", with: input) }
      let out = folder.appending(path: "out").path
      if !arguments.contains("--output-dir") { arguments += ["-o", out] }
      let outcome = batch(arguments)
      #expect(outcome.status == 2)
      #expect(outcome.errors.contains(message), "\(outcome.errors)")
      #expect(!FileManager.default.fileExists(atPath: out))
    }
  }

  @Test("shares have every video once")
  func shares() throws {
    try Media.withFolder { folder in
      let names = (1...5).map { "\($0).mp4" }
      let input = try inputs(names, in: folder)
      let out = folder.appending(path: "out")
      for (index, environment) in [(0, "1"), (1, "2")] {
        let outcome = Media.run(
          "env",
          ["AWS_BATCH_JOB_ARRAY_INDEX=\(index)", "AWS_BATCH_JOB_ARRAY_SIZE=2", Program.path, "batch", input]
            + ["-o", out.path, "--export", "csv", "--shard", "auto"] + Program.quickModel)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let videos = try report(out.appending(path: "batch.\(environment)-of-2.json"))
        #expect(videos.map { $0["name"] as? String } == (index == 0 ? ["1", "3", "5"] : ["2", "4"]))
      }
    }
  }

  @Test(
    "a kill leaves nothing half, ends the run of the video, and the next run goes on", arguments: [SIGKILL, SIGINT])
  func killed(signal: Int32) throws {
    try Media.withFolder { folder in
      let input = folder.appending(path: "in.mp4").path
      try FileManager.default.createSymbolicLink(atPath: input, withDestinationPath: clip)
      let out = folder.appending(path: "out")
      let arguments = [input, "-o", out.path, "--export", "csv", "--video", "mp4"]
      let script = """
        import os, signal, subprocess, sys, time
        batch = subprocess.Popen(sys.argv[1:], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        work = "\(out.path)/.kapao-batch/in/work"
        def rows():
            try: return os.path.getsize(work + "/in.csv")
            except OSError: return 0
        while rows() < 3000 and time.monotonic() < deadline: time.sleep(0.01)
        children = open("/proc/%d/task/%d/children" % (batch.pid, batch.pid)).read().split()
        batch.send_signal(\(signal)); print(batch.wait())
        while any(os.path.exists("/proc/" + child) for child in children) and time.monotonic() < deadline: time.sleep(0.01)
        print(len(children))
        """
      let outcome = Media.run("python3", ["-c", script, Program.path, "batch"] + arguments + ["--size", "256"])
      #expect(outcome.output == "\(signal == SIGKILL ? -9 : 130)\n1\n", "\(outcome.errors)")
      let left = try FileManager.default.contentsOfDirectory(atPath: out.path).filter { !$0.hasPrefix(".") }
      #expect(left == (signal == SIGKILL ? [] : ["batch.json"]))
      if signal == SIGINT { #expect(!FileManager.default.fileExists(atPath: out.path + "/.kapao-batch")) }
      let again = batch(arguments + ["--skip-existing"])
      #expect(again.status == 0, "\(again.errors)")
      #expect(Media.timestamps(out.appending(path: "in.mp4").path).count == 100)
      #expect(try !FileManager.default.contentsOfDirectory(atPath: out.path).contains(".kapao-batch"))
    }
  }

  @Test("an input that is away for a moment is tried again; one that stays away ends with exit code 4")
  func retry() throws {
    try Media.withFolder { folder in
      let arguments = [
        "http://user:secret1234@127.0.0.1:9/a.mp4?token=abcdefgh1234", "-o", folder.path, "--export", "csv",
      ]
      let outcome = batch(arguments + ["--retries", "1"])
      #expect(outcome.status == 4)
      #expect(outcome.errors.contains("trying again"))
      for text in [
        outcome.errors, outcome.output, try String(contentsOfFile: folder.path + "/batch.json", encoding: .utf8),
      ] {
        #expect(text.contains("127.0.0.1") && !text.contains("secret1234") && !text.contains("abcdefgh1234"))
      }
    }
  }

  @Test("a video on a server that breaks off is read to its end, and its name and password are in no log")
  func server() throws {
    try Media.withFolder { folder in
      let script = """
        import base64, http.server, os, re, subprocess, sys, threading
        data = open(sys.argv[1], "rb").read()
        requests = []
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            def log_message(self, *arguments): pass
            def do_GET(self):
                if self.headers["Authorization"] != "Basic " + base64.b64encode(b"user:secret1234").decode():
                    self.send_response(401); self.send_header("WWW-Authenticate", "Basic realm=x")
                    self.send_header("Content-Length", "0"); self.end_headers(); return
                first = int((re.match("bytes=([0-9]+)-", self.headers["Range"] or "") or [0, "0"])[1])
                requests.append(first)
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {first}-{len(data) - 1}/{len(data)}")
                self.send_header("Accept-Ranges", "bytes")
                self.send_header("Content-Length", str(len(data) - first)); self.end_headers()
                self.wfile.write(data[first:first + len(data) // 3 + 1]); self.wfile.flush()
                self.close_connection = True
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://user:secret1234@127.0.0.1:{server.server_port}/clip.mp4"
        end = subprocess.run([sys.argv[2], "batch", url] + sys.argv[3:], capture_output=True, text=True)
        print(end.returncode, len(requests) > 1, "secret1234" in end.stdout + end.stderr, end.stderr)
        """
      let outcome = Media.run(
        "python3",
        ["-c", script, clip, Program.path, "-o", folder.path, "--export", "ndjson"] + Program.quickModel)
      #expect(outcome.output.hasPrefix("0 True False"), "\(outcome.output) \(outcome.errors)")
      let lines = try String(contentsOfFile: folder.path + "/clip.ndjson", encoding: .utf8).split(separator: "\n")
      #expect(lines.count == 100)
      let manifest = try String(contentsOfFile: folder.path + "/clip.kapao.json", encoding: .utf8)
      #expect(!manifest.contains("secret1234"))
    }
  }
}
