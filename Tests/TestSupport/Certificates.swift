import Foundation

/// An authority of the tests' own, and certificates for 127.0.0.1, for a client and for another host, made by openssl.
package struct Certificates {
  private let folder: URL

  /// Makes them in a folder.
  package init(in folder: URL) throws {
    self.folder = folder
    let script = """
      set -e; cd '\(folder.path)'
      openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=authority -keyout ca.key -out ca.pem
      for name in server client other; do
        names=IP:127.0.0.1; [ $name != other ] || names=DNS:other.example
        openssl req -newkey rsa:2048 -nodes -subj /CN=$name -keyout $name.key -out $name.csr
        openssl x509 -req -in $name.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out $name.pem \
          -extfile <(echo subjectAltName=$names)
      done
      """
    let result = Media.run("bash", ["-c", script])
    guard result.status == 0 else { throw Failure(text: result.errors) }
  }

  /// The path of `ca`, `server`, `client` or `other` with `.pem` or `.key`.
  package func path(_ name: String) -> String { folder.appendingPathComponent(name).path }

  struct Failure: Error {
    let text: String
  }
}
