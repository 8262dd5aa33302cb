import Kapao
import Pipeline

/// What `serve` is to do.
package struct ServiceConfiguration: Hashable, Sendable {
  /// The web server; `nil` for none.
  package var http: HTTPConfiguration?
  /// The streams, in the order of the file.
  package var streams: [StreamConfiguration]

  /// A configuration with the usual settings and no web server.
  package init(streams: [StreamConfiguration]) { self.streams = streams }
}

/// One stream of a configuration.
package struct StreamConfiguration: Hashable, Sendable {
  /// The name; see ``isName(_:)``.
  package var name: String
  /// Where it comes from.
  package var source: LiveSource
  /// How people are detected, tracked and drawn.
  package var analysis: AnalysisSettings
  /// What is measured and drawn of that, with the court as its file has it.
  package var overlay = AnalysisOverlaySettings()
  /// The network that they need, with the identity of its file.
  package var network: NetworkSettings
  /// Whether the source's audio goes to the outputs that can hold it.
  package var carriesAudio = true
  /// Frames a second that are processed, at most.
  package var maximumRate: Double?
  /// Seconds without a frame before the source is connected again.
  package var stallTimeout = 5.0
  /// Where it goes, besides the web page.
  package var outputs: [OutputConfiguration] = []

  /// Whether a stream may be called so: at most 64 letters, digits, `-` and `_`.
  package static func isName(_ text: String) -> Bool {
    (1...64).contains(text.count)
      && text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
  }

  /// The settings with a model.
  func settings(for model: Model) -> LiveSettings {
    var settings = LiveSettings(name: name, source: source, analysis: analysis, overlay: overlay, model: model)
    settings.carriesAudio = carriesAudio
    settings.maximumRate = maximumRate
    settings.rules.stall = stallTimeout
    return settings
  }
}

/// One output of a stream.
package enum OutputConfiguration: Hashable, Sendable {
  /// Files that begin anew from time to time.
  package struct Files: Hashable, Sendable {
    /// The folder.
    package var folder: String
    /// The files' extension.
    package var ending: String
    /// Length of a file in seconds.
    package var seconds: Double
    /// How long they are kept.
    package var retention: Retention
  }

  /// Annotated video: a file, a playlist, or a server to push to, with options of libav.
  case video(String, codec: String?, options: [String: String])
  /// Annotated video in files of a length.
  case record(Files, codec: String?)
  /// Poses in files of a length.
  case poses(Files)
  /// Poses for an MQTT broker.
  case mqtt(MQTTAddress)
}

/// Where the web server listens and whom it answers.
package struct HTTPConfiguration: Hashable, Sendable {
  /// An IPv4 or IPv6 address of this machine.
  package var address = "127.0.0.1"
  /// The port; 0 picks a free one.
  package var port = 8080
  /// What a client has to know; `nil` for no need, on the loopback address only.
  package var token: String?
  /// Names under which a proxy or a name server leads here, besides this machine's own.
  package var hosts: [String] = []
  /// The path at which a proxy publishes the server, such as `/cameras`; empty for the root.
  package var basePath = ""
  /// Proxies on other machines, whose `X-Forwarded-Proto` counts; those on this machine need not be named.
  package var proxies: [IPNetwork] = []

  /// The loopback address, without a token.
  package init() {}

  /// Whether the address cannot be reached from other machines.
  package var isLoopback: Bool { address == "::1" || address.hasPrefix("127.") }
}
