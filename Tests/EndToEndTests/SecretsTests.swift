import Foundation
import TestSupport
import Testing

@Suite("Secrets")
struct SecretsTests {
  /// A camera that asks for the password $1 in the way $2 and has no pictures; runs the program with the words that follow,
  /// in which PORT is the camera's, until it has said something about a connection. Prints the program's arguments and name
  /// as the list of processes has them, and what the program said.
  private static let camera = """
    import base64, hashlib, os, re, socketserver, subprocess, sys, threading
    word, kind, program = sys.argv[1], sys.argv[2], sys.argv[3:]
    md5 = lambda text: hashlib.md5(text.encode()).hexdigest()
    class Camera(socketserver.StreamRequestHandler):
        def handle(self):
            while line := self.rfile.readline().decode():
                method, address = line.split()[:2]
                fields = {}
                while field := self.rfile.readline().decode().strip():
                    name, value = field.split(": ", 1)
                    fields[name.lower()] = value
                answer = fields.get("authorization", "")
                if kind == "Digest":
                    given = dict(re.findall(r'(\\w+)="([^"]*)"', answer)).get("response")
                    right = md5(":".join([md5("viewer:cam:" + word), "abc", md5(method + ":" + address)])) == given
                else:
                    right = answer == "Basic " + base64.b64encode(("viewer:" + word).encode()).decode()
                ask = f'401 Unauthorized\\r\\nWWW-Authenticate: {kind} realm="cam", nonce="abc"'
                code = "200 OK" if method == "OPTIONS" else "404 Not Found" if right else ask
                self.wfile.write(f"RTSP/1.0 {code}\\r\\nCSeq: {fields['cseq']}\\r\\n\\r\\n".encode())
    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
    server = Server(("127.0.0.1", 0), Camera)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    program = [part.replace("PORT", str(server.server_address[1])) for part in program]
    running = subprocess.Popen(program, stderr=subprocess.PIPE, text=True, env=os.environ | {"WORD": word})
    said = next(line for line in running.stderr if "cannot open" in line)
    print(open(f"/proc/{running.pid}/cmdline").read().replace("\\0", " "))
    print(open(f"/proc/{running.pid}/comm").read().strip())
    running.terminate()
    print(said + running.stderr.read())
    """

  @Test("any password connects, and is shown nowhere", arguments: ["Basic", "Digest"])
  func password(kind: String) {
    let outcome = Media.run(
      "python3",
      ["-c", Self.camera, "p#a/s?s%w@r:d x\"ü", kind, Program.path, "stream"]
        + ["rtsp://viewer:${WORD}@127.0.0.1:PORT/live?key=hush", "--stats-interval", "1"] + Program.quickModel)
    #expect(outcome.output.contains("cannot open rtsp://***@127.0.0.1:"), "\(outcome.errors)")
    #expect(outcome.output.contains("/live?***: method DESCRIBE failed: 404"), "\(outcome.output)")
    for secret in ["viewer", "p#a", "p%23a", "hush"] { #expect(!outcome.output.contains(secret), "\(outcome.output)") }
  }

  @Test("the list of processes shows the program's own name, and no credentials")
  func processes() {
    let outcome = Media.run(
      "python3",
      [
        "-c", Self.camera, "secret-word", "Basic", Program.path, "stream",
        "rtsp://viewer:a wrong word@127.0.0.1:PORT/live",
      ]
        + Program.quickModel)
    let lines = outcome.output.split(separator: "\n")
    #expect(lines.first?.contains("stream rtsp://***@127.0.0.1:") == true, "\(outcome.output) \(outcome.errors)")
    #expect(lines.dropFirst().first == "kapao-video")
    #expect(outcome.output.contains("failed: 401"))
    #expect(!outcome.output.contains("wrong word"))
  }

  @Test("the description of a CSV and the list of what is in a video have no credentials")
  func descriptions() throws {
    try Media.withFolder { folder in
      let script = """
        import functools, http.server, subprocess, sys, threading
        class Files(http.server.SimpleHTTPRequestHandler):
            def log_message(self, *_): pass
        handler = functools.partial(Files, directory=sys.argv[1])
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = "http://viewer:hush-hush@127.0.0.1:%d/full.mkv?p=hush" % server.server_address[1]
        print(subprocess.run([sys.argv[2], "probe", url], capture_output=True, text=True).stdout)
        subprocess.run([sys.argv[2], "export", url, "--format", "csv", "-o", sys.argv[3], "--quiet", "--end", "0.2"] + sys.argv[4:])
        """
      let csv = folder.appending(path: "poses.csv").path
      let media = URL(fileURLWithPath: Media.path("full.mkv")).deletingLastPathComponent().path
      let outcome = Media.run("python3", ["-c", script, media, Program.path, csv] + Program.quickModel)
      let description = try String(contentsOfFile: folder.appending(path: "poses.json").path, encoding: .utf8)
      for text in [outcome.output, description] {
        #expect(text.contains("127.0.0.1:") && text.contains("/full.mkv?***"), "\(text) \(outcome.errors)")
        #expect(!text.contains("hush"), "\(text)")
      }
    }
  }
}
