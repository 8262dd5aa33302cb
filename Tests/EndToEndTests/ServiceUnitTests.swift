import Foundation
import TestSupport
import Testing

@Suite("As a service")
struct ServiceUnitTests {
  /// Runs a shell command under a systemd of its own in which the unit that ships is installed.
  private static func underSystemd(_ command: String) -> (status: Int32, output: String, errors: String) {
    let root = Fixtures.root.path
    return Media.run(
      "timeout",
      [
        "-k", "1", "100", "\(root)/Tests/Fixtures/systemd_box.sh", Program.path,
        "\(root)/packaging/kapao-video.service",
      ]
        + ["\(root)/Models/kapao_n.safetensors", command])
  }

  private static let hasSystemd = underSystemd("true").status == 0

  @Test(
    "systemd: a wrong configuration is not tried again, and fails a reload that the service survives",
    .enabled(if: hasSystemd, "systemd cannot be run here"))
  func unit() {
    let outcome = Self.underSystemd(
      """
      cd /etc/kapao-video
      say() { echo "$1: $(systemctl show --value -p "$2" kapao-video)"; }
      echo 'streams: {a: 3}' > kapao-video.yaml
      systemctl start kapao-video || echo 'not started'
      say wrong SubState; say restarts NRestarts; say status ExecMainStatus
      printf 'http: {port: 0}\\nstreams: {a: {source: "lavfi:testsrc2=s=160x90:r=5"}}\\n' > kapao-video.yaml
      systemctl start kapao-video && say good SubState
      pid=$(systemctl show --value -p MainPID kapao-video)
      echo "name: $(cat /proc/$pid/comm)"
      systemctl reload kapao-video && echo reloaded
      echo 'streams: {a: 3}' > kapao-video.yaml
      systemctl reload kapao-video || echo 'not reloaded'
      say after SubState
      journalctl --sync
      journalctl -u kapao-video _PID=$pid -o json --output-fields=PRIORITY,MESSAGE
      journalctl -u kapao-video -p err -o cat
      """)
    let output = outcome.output
    for line in [
      "not started\n", "wrong: failed\n", "restarts: 0\n", "status: 2\n", "good: running\n", "name: kapao-video\n",
      "reloaded\nnot reloaded\n", "after: running\n",
      // Once for the start, and once for the reload.
      "kapao-video: /etc/kapao-video/kapao-video.yaml: line 1: streams.a: must be a mapping of names to values\n",
    ] {
      #expect(output.contains(line), "\(output) \(outcome.errors)")
    }
    let started = output.split(separator: "\n").first { $0.contains("\"stream=a started: ") }
    #expect(started?.contains("\"PRIORITY\":\"5\"") == true, "\(output)")
    for noise in ["insecure memory", "thread priority"] { #expect(!output.contains(noise), "\(output)") }
  }

  @Test("what goes into the journal has a priority in front, and no time")
  func journal() throws {
    let script = """
      import os, subprocess, sys
      reader, writer = os.pipe()
      file = os.fstat(writer)
      os.environ["JOURNAL_STREAM"] = f"{file.st_dev}:{file.st_ino}"
      subprocess.run(sys.argv[1:], stderr=writer)
      os.close(writer)
      print(open(reader).read())
      """
    let stream = ["stream", "lavfi:testsrc2=s=160x90:r=25:d=1", "-o", "/proc/x.ts", "--stats-interval", "0"]
    let lines = Media.run("python3", ["-c", script, Program.path] + stream + Program.quickModel)
      .output.split(separator: "\n")
    #expect(lines.contains { $0.hasPrefix("<3>output failed: cannot write /proc/x.ts") }, "\(lines)")
    #expect(lines.contains { $0.hasPrefix("<3>kapao-video: an output is not complete") }, "\(lines)")
    #expect(lines.contains { $0.hasPrefix("<5>streaming 160x90") }, "\(lines)")
    #expect(lines.allSatisfy { $0.contains(#/^<[0-7]>/#) && !$0.contains(#/\d{4}-\d\d-\d\dT/#) }, "\(lines)")
    let plain = Program.run(stream + Program.quickModel).errors
    #expect(plain.contains(#/\d{4}-\d\d-\d\dT[0-9:+]* error kapao-video: \[Pipeline\] output failed/#), "\(plain)")
    #expect(!plain.contains("<3>"))
  }

  @Test("a low limit for locked memory is no reason for a warning")
  func lockedMemory() {
    // Root locks memory without a limit.
    let command = "ulimit -l 0; exec \"$0\" --version"
    let isRoot = getuid() == 0
    let outcome = Media.run(
      isRoot ? "setpriv" : "sh",
      (isRoot ? ["--bounding-set=-ipc_lock", "--inh-caps=-ipc_lock", "sh"] : []) + ["-c", command, Program.path])
    #expect(outcome.status == 0)
    #expect(outcome.errors.isEmpty, "\(outcome.errors)")
  }
}
