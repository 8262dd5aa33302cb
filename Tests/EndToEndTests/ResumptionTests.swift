import Foundation
import TestSupport
import Testing

@Suite("A live stream that is held up")
struct ResumptionTests {
  /// Runs a stream, does something to it once it writes poses, and waits for fifty more rows.
  ///
  /// - Parameters:
  ///   - disturb: What is done, in Python, with `stream`, the process.
  ///   - environment: What is added to the program's environment, in Python.
  /// - Returns: How the stream ended when it was asked to.
  private func run(
    _ source: [String], in folder: URL, environment: String = "{}", disturb: String
  ) -> (status: Int32, output: String, errors: String) {
    let poses = folder.appending(path: "poses.ndjson").path
    let script = """
      import os, signal, subprocess, sys, time
      def wait_for_rows(more):
          count = lambda: open("\(poses)").read().count("\\n") if os.path.exists("\(poses)") else 0
          end, wanted = time.monotonic() + 60, count() + more
          while count() < wanted:
              if time.monotonic() > end or stream.poll() is not None:
                  sys.exit("no pictures, " + str(stream.poll()))
              time.sleep(0.05)
      stream = subprocess.Popen(sys.argv[1:], env={**os.environ, **\(environment)})
      try:
          wait_for_rows(20)
          \(disturb)
          wait_for_rows(50)
          stream.terminate()
          print(stream.wait(10))
      finally:
          stream.kill()
      """
    let program = [Program.path, "stream"] + source + ["--ndjson", poses, "--stall-timeout", "1", "--quiet"]
    return Media.run("python3", ["-c", script] + program + Program.quickModel)
  }

  @Test(
    "it goes on when its process was stopped for longer than a source may stall",
    arguments: [["lavfi:testsrc2=s=160x90:r=25"], [Media.path("320x180.ts"), "--loop"]])
  func stopped(source: [String]) throws {
    try Media.withFolder { folder in
      let outcome = run(
        source, in: folder,
        disturb: "stream.send_signal(signal.SIGSTOP); time.sleep(2.5); stream.send_signal(signal.SIGCONT)")
      #expect(outcome.output == "130\n", "\(outcome.errors)")
    }
  }

  @Test("it goes on when the clock is set back, or forward", arguments: [-3600, 3600])
  func clock(step: Int) throws {
    try Media.withFolder { folder in
      let (library, file) = (folder.appending(path: "clock_step.so").path, folder.appending(path: "step").path)
      let made = Media.run("gcc", ["-shared", "-fPIC", "-O1", "-o", library, Fixtures.path("clock_step.c")])
      #expect(made.status == 0, "\(made.errors)")
      let outcome = run(
        ["lavfi:testsrc2=s=160x90:r=25"], in: folder,
        environment: "{\"LD_PRELOAD\": \"\(library)\", \"CLOCK_STEP\": \"\(file)\"}",
        disturb: "open(\"\(file)\", \"w\").write(\"\(step)\")")
      #expect(outcome.output == "130\n", "\(outcome.errors)")
      let text = try String(contentsOfFile: folder.appending(path: "poses.ndjson").path, encoding: .utf8)
      let times = text.split(separator: "\n").compactMap { line in
        (try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])?["time_s"] as? Double
      }
      #expect(times.count >= 70)
      #expect(zip(times, times.dropFirst()).allSatisfy { (0..<2).contains($1 - $0) })
    }
  }

  @Test("an MP4 file whose program was killed has all but the last two seconds")
  func killed() throws {
    try Media.withFolder { folder in
      let outcome = run(
        ["lavfi:testsrc2=s=160x90:r=5", "-o", folder.appending(path: "out.mp4").path], in: folder,
        disturb: "wait_for_rows(15); stream.kill(); stream.wait(); print(\"killed\"); sys.exit(0)")
      #expect(outcome.output == "killed\n", "\(outcome.errors)")
      let rows = try String(contentsOfFile: folder.appending(path: "poses.ndjson").path, encoding: .utf8)
        .split(separator: "\n").count
      #expect(Media.timestamps(folder.appending(path: "out.mp4").path).count >= rows - 10)
    }
  }
}
