import Foundation
import TestSupport
import Testing

@Suite("Encrypted inputs")
struct EncryptedInputTests {
  /// Serves the folder $1 over HTTPS, with the certificates `server` and `other`; HTTP that sends on to it; RTSP over TLS
  /// that knows no stream. Runs the program $2 with the words that follow, one command a word, in which {good}, {other},
  /// {http} and {rtsps} are the ports; prints how each ended.
  private static let script = """
    import functools, http.server, os, shlex, socketserver, ssl, subprocess, sys, threading
    folder, program, commands = sys.argv[1], sys.argv[2], sys.argv[3:]
    os.chdir(folder)
    class Files(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_): pass
    class Redirect(http.server.BaseHTTPRequestHandler):
        def log_message(self, *_): pass
        def do_GET(self):
            self.send_response(302)
            self.send_header("Location", "https://127.0.0.1:%d%s" % (ports["good"], self.path))
            self.end_headers()
    class Camera(socketserver.StreamRequestHandler):
        def handle(self):
            while line := self.rfile.readline().decode():
                while field := self.rfile.readline().decode().strip():
                    if field.startswith("CSeq"): number = field
                code = "200 OK" if line.startswith("OPTIONS") else "404 Not Found"
                self.wfile.write(f"RTSP/1.0 {code}\\r\\n{number}\\r\\n\\r\\n".encode())
    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        def __init__(self, handler, certificate):
            super().__init__(("127.0.0.1", 0), handler)
            self.context = certificate and ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            if certificate: self.context.load_cert_chain(certificate + ".pem", certificate + ".key")
        def finish_request(self, request, address):
            try:
                if self.context: request = self.context.wrap_socket(request, server_side=True)
                super().finish_request(request, address)
            except OSError:
                pass
    kinds = {"good": (Files, "server"), "other": (Files, "other"), "http": (Redirect, None), "rtsps": (Camera, "server")}
    servers = {name: Server(*kind) for name, kind in kinds.items()}
    ports = {name: server.server_address[1] for name, server in servers.items()}
    for server in servers.values(): threading.Thread(target=server.serve_forever, daemon=True).start()
    parts = open("parts.m3u8").read().replace("parts", "https://127.0.0.1:%d/parts" % ports["other"])
    open("elsewhere.m3u8", "w").write(parts)
    for command in commands:
        ended = subprocess.run([program] + shlex.split(command.format(**ports)), capture_output=True, text=True, timeout=30)
        print(ended.returncode, (ended.stderr or ended.stdout).splitlines()[0])
    """

  @Test("certificates are checked, by the name of the host, in playlists, and behind a redirect, too")
  func certificates() throws {
    try Media.withFolder { folder in
      _ = try Certificates(in: folder)
      let clip = ["-v", "error", "-i", Media.path("av.mp4"), "-t", "2", "-map", "0:v", "-c", "copy"]
      for output in [["clip.ts"], ["-f", "hls", "-hls_time", "1", "parts.m3u8"]] {
        let path = folder.appending(path: output.last!).path
        #expect(Media.run("ffmpeg", clip + output.dropLast() + [path]).status == 0)
      }
      let cases: [(command: String, status: Int, text: String)] = [
        ("probe https://127.0.0.1:{good}/clip.ts", 4, "Peer certificate failed verification"),
        ("probe https://127.0.0.1:{good}/clip.ts --no-tls-verify", 0, "mpegts"),
        ("probe https://127.0.0.1:{good}/clip.ts --ca-file ca.pem", 0, "mpegts"),
        ("probe https://127.0.0.1:{other}/clip.ts --ca-file ca.pem", 4, "owner does not match hostname"),
        ("probe https://127.0.0.1:{good}/parts.m3u8 --ca-file ca.pem", 0, "hls"),
        ("probe https://127.0.0.1:{good}/elsewhere.m3u8 --ca-file ca.pem", 3, "loading first segment"),
        ("probe https://127.0.0.1:{good}/elsewhere.m3u8 --no-tls-verify", 0, "hls"),
        ("probe http://127.0.0.1:{http}/clip.ts", 4, "Peer certificate failed verification"),
        ("probe http://127.0.0.1:{http}/clip.ts --ca-file ca.pem", 0, "mpegts"),
        // A server of files answers no RTMP, but its certificate is looked at before.
        ("probe rtmps://127.0.0.1:{other}/live/x --ca-file ca.pem", 4, "Cannot open connection tls://"),
        ("probe rtmps://127.0.0.1:{good}/live/x --ca-file ca.pem", 4, "RTMP handshake"),
        // Where libav cannot check, nothing is opened unless that is wanted.
        ("probe rtsps://127.0.0.1:{rtsps}/live", 3, "--no-tls-verify"),
        ("stream rtsps://127.0.0.1:{rtsps}/live", 2, "--no-tls-verify"),
        ("probe rtsps://127.0.0.1:{rtsps}/live --no-tls-verify", 3, "404 Not Found"),
        ("stream lavfi:testsrc2=d=1 -o rtsps://127.0.0.1:{rtsps}/live -q", 5, "--no-tls-verify"),
      ]
      let outcome = Media.run(
        "python3", ["-c", Self.script, folder.path, Program.path] + cases.map(\.command))
      let lines = outcome.output.split(separator: "\n")
      #expect(lines.count == cases.count, "\(outcome.errors)")
      for (line, expected) in zip(lines, cases) {
        #expect(line.hasPrefix("\(expected.status) ") && line.contains(expected.text), "\(expected.command): \(line)")
      }
    }
  }
}
