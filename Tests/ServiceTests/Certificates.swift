import Foundation
import TestSupport

/// An authority of the tests' own, and certificates for 127.0.0.1 and for a client, made by openssl.
struct Certificates {
  let folder: URL

  init(in folder: URL) throws {
    self.folder = folder
    let script = """
      set -e; cd '\(folder.path)'
      openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=authority -keyout ca.key -out ca.pem
      for name in server client; do
        openssl req -newkey rsa:2048 -nodes -subj /CN=$name -keyout $name.key -out $name.csr
        openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out $name.pem \
          -extfile <(echo subjectAltName=IP:127.0.0.1)
      done
      """
    let result = Media.run("bash", ["-c", script])
    guard result.status == 0 else { throw Failure(text: result.errors) }
  }

  func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  struct Failure: Error {
    let text: String
  }
}
