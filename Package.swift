// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "kapao-video",
  products: [
    .executable(name: "kapao-video", targets: ["kapao-video"]),
    .library(name: "KapaoVideo", targets: ["KapaoVideo"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0", traits: []),
  ],
  targets: [
    // C libraries from the distribution: a module map and a shim, nothing else.
    .systemLibrary(name: "CFFmpeg", pkgConfig: "libavformat", providers: [.apt(["libavformat-dev"])]),
    .systemLibrary(name: "COneDNN", providers: [.apt(["libdnnl-dev"])]),
    .systemLibrary(name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(name: "CCairo", pkgConfig: "cairo", providers: [.apt(["libcairo2-dev"])]),
    .systemLibrary(name: "CMosquitto", pkgConfig: "libmosquitto", providers: [.apt(["libmosquitto-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CKernels"),
    .target(name: "COnnxRuntime"),
    .target(name: "CProcess"),

    .target(name: "Support"),
    .target(name: "Kapao", dependencies: ["Support"]),
    .target(name: "Inference", dependencies: ["Kapao", "Support", "CKernels", "COneDNN", "COpenBLAS", "COnnxRuntime"]),
    .target(name: "VideoIO", dependencies: ["Kapao", "Support", "CKernels", "CFFmpeg"]),
    .target(name: "Render", dependencies: ["Kapao", "Support", "Analysis", "VideoIO", "CKernels", "CCairo"]),
    .target(name: "Tracking", dependencies: ["Kapao", "Support"]),
    .target(name: "Analysis", dependencies: ["Kapao", "Support"]),
    .target(name: "YAMLFile", dependencies: ["Support", "Yams"]),
    .target(
      name: "Export",
      dependencies: [
        "Kapao", "Support", "Analysis", "YAMLFile", .product(name: "GRDB", package: "GRDB.swift"),
      ]),
    .target(
      name: "Pipeline",
      dependencies: [
        "Kapao", "Support", "Inference", "VideoIO", "Tracking", "Analysis", "Render", "Export",
        .product(name: "Logging", package: "swift-log"),
      ]),
    .target(name: "Evaluation", dependencies: ["Kapao", "Support", "Inference", "VideoIO", "Pipeline", "CZlib"]),
    .target(
      name: "KapaoVideo",
      dependencies: ["Kapao", "Inference", "VideoIO", "Tracking", "Analysis", "Render", "Export", "Pipeline"]),
    .target(
      name: "Service",
      dependencies: [
        "Kapao", "Support", "VideoIO", "Tracking", "Analysis", "Render", "Export", "Pipeline", "YAMLFile",
        "CMosquitto", "Yams",
        .product(name: "HummingbirdCore", package: "hummingbird"), .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "NIOHTTP1", package: "swift-nio"), .product(name: "HTTPTypes", package: "swift-http-types"),
        .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
        .product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras"),
        .product(name: "Logging", package: "swift-log"),
      ]),
    .executableTarget(
      name: "kapao-video",
      dependencies: [
        "Kapao", "Support", "Inference", "VideoIO", "Tracking", "Analysis", "Render", "Export", "Pipeline",
        "Evaluation",
        "YAMLFile", "Service", "CProcess",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ]),

    // Measures single parts for `Benchmarks`.
    .target(name: "CPeak", path: "Benchmarks/Sources/CPeak"),
    .executableTarget(
      name: "kapao-bench",
      dependencies: [
        "CPeak", "Kapao", "Inference", "VideoIO", "Tracking", "Render", "Export", "Pipeline",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Benchmarks/Sources/kapao-bench"),

    .target(name: "TestSupport", dependencies: ["Kapao", "Support", "VideoIO"], path: "Tests/TestSupport"),
    .testTarget(name: "SupportTests", dependencies: ["Support", "TestSupport"]),
    .testTarget(name: "KapaoTests", dependencies: ["Kapao", "Support", "TestSupport"]),
    .testTarget(name: "InferenceTests", dependencies: ["Inference", "Kapao", "Support", "CKernels", "TestSupport"]),
    .testTarget(name: "VideoIOTests", dependencies: ["VideoIO", "Kapao", "Support", "TestSupport"]),
    .testTarget(name: "RenderTests", dependencies: ["Render", "Analysis", "VideoIO", "Kapao", "Support"]),
    .testTarget(name: "TrackingTests", dependencies: ["Tracking", "Kapao", "Support", "TestSupport"]),
    .testTarget(name: "AnalysisTests", dependencies: ["Analysis", "Kapao", "Support"]),
    .testTarget(name: "ExportTests", dependencies: ["Export", "Analysis", "Kapao", "Support", "TestSupport"]),
    .testTarget(name: "PipelineTests", dependencies: ["Pipeline", "Kapao", "Support"]),
    .testTarget(
      name: "LiveTests",
      dependencies: [
        "Pipeline", "VideoIO", "Kapao", "Support", "Inference", "TestSupport",
        .product(name: "Logging", package: "swift-log"),
      ]),
    .testTarget(
      name: "ServiceTests",
      dependencies: [
        "Service", "YAMLFile", "Tracking", "Analysis", "Export", "Pipeline", "VideoIO", "Kapao", "Support",
        "TestSupport",
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "Logging", package: "swift-log"),
      ]),
    .testTarget(name: "EndToEndTests", dependencies: ["kapao-video", "VideoIO", "Kapao", "Support", "TestSupport"]),
  ],
  swiftLanguageModes: [.v6]
)
