import COnnxRuntime
import Foundation
import Kapao
import Support

/// ONNX Runtime's shared library, loaded at run time and never unloaded.
final class ONNXRuntimeLibrary: @unchecked Sendable {
  // @unchecked: the library's functions may be called from any thread; what was opened is only touched under its lock.

  /// Where it was found.
  let path: String
  /// For example `1.32.0`.
  let version: String
  /// What it was built to compute with, by ONNX Runtime's names.
  let providers: [String]
  let api: OrtApi
  let environment: OpaquePointer
  /// Whether a device could be opened, or why not, for those that were tried.
  private let opened = Locked<[String: InferenceError?]>([:])
  private static let loaded = Locked<[String: ONNXRuntimeLibrary]>([:])

  /// The library at a path, or the one that is found.
  ///
  /// - Throws: `InferenceError.noRuntime`, with what was tried.
  static func load(_ path: String?) throws -> ONNXRuntimeLibrary {
    let key = path ?? ""
    return try loaded.withLock { loaded in
      if let library = loaded[key] { return library }
      let library = try find(path)
      loaded[key] = library
      return library
    }
  }

  private static func find(_ path: String?) throws -> ONNXRuntimeLibrary {
    let environment = ProcessInfo.processInfo.environment
    let named = environment["KAPAO_ONNXRUNTIME"].flatMap { $0.isEmpty ? nil : $0 }
    if let path = path ?? named {
      // A library that was asked for is not replaced by another.
      guard let file = file(at: path) else {
        throw InferenceError.noRuntime("cannot use \(path): there is no libonnxruntime.so")
      }
      return try ONNXRuntimeLibrary(file)
    }
    var tried: [String] = []
    for name in ["libonnxruntime.so.1", "libonnxruntime.so"] {
      if let library = try? ONNXRuntimeLibrary(name, isChecked: false) { return library }
      tried.append("the system's \(name)")
    }
    let folders = PythonFolders.all(environment).map { "\($0)/onnxruntime/capi" }
    for folder in folders {
      guard let file = file(at: folder) else { continue }
      do {
        return try ONNXRuntimeLibrary(file)
      } catch {
        tried.append("\(error)")
      }
    }
    throw InferenceError.noRuntime(
      "no ONNX Runtime library; tried \(tried.joined(separator: ", ")) and \(folders.count) folders of Python packages: install it (pip install onnxruntime), or name it with --onnxruntime or KAPAO_ONNXRUNTIME"
    )
  }

  /// The library in a folder, or the file itself.
  private static func file(at path: String) -> String? {
    guard FileSystem.isFolder(path) else { return path }
    let folders = [path, "\(path)/capi", "\(path)/lib"]
    for folder in folders {
      let names = (FileSystem.names(in: folder) ?? []).filter { $0.hasPrefix("libonnxruntime.so") }
      if let name = names.max(by: { $0.compare($1, options: .numeric) == .orderedAscending }) {
        return "\(folder)/\(name)"
      }
    }
    return nil
  }

  /// - Parameter isChecked: Whether `path` is a file, whose header is checked before it is loaded, and not a name for the loader.
  private init(_ path: String, isChecked: Bool = true) throws {
    func failure(_ reason: String) -> InferenceError { .noRuntime("cannot use \(path): \(reason)") }
    if isChecked, let problem = SharedObject.problem(of: path) { throw failure(problem) }
    PythonFolders.preload(beside: path)
    guard let handle = FileName.withBytes(path, { dlopen($0, RTLD_NOW | RTLD_LOCAL) }) else {
      throw failure(dlerror().map { String(cString: $0) } ?? "cannot be loaded")
    }
    guard let symbol = dlsym(handle, "OrtGetApiBase"),
      let base = unsafeBitCast(symbol, to: OrtGetApiBaseFunction.self)()
    else { throw failure("it is not ONNX Runtime") }
    guard let text = base.pointee.GetVersionString?(), let getApi = base.pointee.GetApi else {
      throw failure("it is not ONNX Runtime")
    }
    let version = String(cString: text)
    let parts = version.split(separator: ".").map { UInt32($0) ?? 0 }
    guard parts.count >= 2 else { throw failure("it calls itself version '\(version)'") }
    // The table has the number of the release, 1.N; a later generation may offer less.
    let oldest = UInt32(kOrtOldestVersion)
    let newest = parts[0] > 1 ? 64 : parts[1]
    guard newest >= oldest else { throw failure("version \(version) is too old: 1.\(oldest) or later is needed") }
    guard let api = (oldest...newest).reversed().lazy.compactMap({ getApi($0) }).first else {
      throw failure("it calls itself version \(version), but has no functions of any version from 1.\(oldest) on")
    }
    self.path = path
    self.version = version
    self.api = api.pointee
    environment = try Self.make(self.api, self.api.CreateEnvWithCustomLogger, "CreateEnv") {
      $0(kapao_ort_log, nil, Int32(kOrtLoggingLevelError), "kapao-video", $1)
    }
    if let status = self.api.DisableTelemetryEvents?(environment) { self.api.ReleaseStatus?(status) }
    var (names, count): (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?, Int32) = (nil, 0)
    try Self.check(self.api, self.api.GetAvailableProviders, "GetAvailableProviders") { $0(&names, &count) }
    providers = (0..<Int(count)).compactMap { index in names?[index].map { String(cString: $0) } }
    if let status = self.api.ReleaseAvailableProviders?(names, count) { self.api.ReleaseStatus?(status) }
  }

  /// Calls a function of the table.
  ///
  /// - Throws: `InferenceError.noRuntime` with the library's message, shortened to one line.
  static func check<Function>(
    _ api: OrtApi, _ function: Function?, _ name: String, _ call: (Function) -> OpaquePointer?
  ) throws {
    guard let function else { throw InferenceError.noRuntime("ONNX Runtime has no \(name)") }
    kapao_ort_forget_message()
    guard let status = call(function) else { return }
    var message = oneLine(api.GetErrorMessage?(status).map { String(cString: $0) } ?? "\(name) failed")
    api.ReleaseStatus?(status)
    let logged = oneLine(String(cString: kapao_ort_last_message()))
    if logged.contains(message) { message = logged } else if !logged.isEmpty { message += ": \(logged)" }
    throw InferenceError.noRuntime("ONNX Runtime: \(message)")
  }

  private static func make<Function>(
    _ api: OrtApi, _ function: Function?, _ name: String,
    _ call: (Function, UnsafeMutablePointer<OpaquePointer?>) -> OpaquePointer?
  ) throws -> OpaquePointer {
    var made: OpaquePointer?
    try check(api, function, name) { call($0, &made) }
    guard let made else { throw InferenceError.noRuntime("ONNX Runtime: \(name) gives nothing") }
    return made
  }

  /// Calls a function of the table that makes an object.
  func make<Function>(
    _ function: Function?, _ name: String,
    _ call: (Function, UnsafeMutablePointer<OpaquePointer?>) -> OpaquePointer?
  ) throws -> OpaquePointer { try Self.make(api, function, name, call) }

  /// Calls a function of the table.
  func check<Function>(
    _ function: Function?, _ name: String, _ call: (Function) -> OpaquePointer?
  ) throws { try Self.check(api, function, name, call) }

  private static func oneLine(_ text: String) -> String {
    let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return words.count > 300 ? words.prefix(300) + "…" : words
  }

  // MARK: - Devices

  /// Whether the library was built for a device.
  func has(_ device: ComputeDevice) -> Bool { providers.contains(device.provider) }

  /// What options come to: a device that can be opened, and how many images it takes at a time.
  ///
  /// - Throws: `InferenceError.noRuntime` where the device that was asked for cannot be had.
  func usable(_ options: ONNXRuntimeOptions) throws -> (device: ComputeDevice, batch: Int) {
    var device = options.device
    if device == .auto {
      device = [.cuda, .migraphx, .openvino].first { has($0) && problem(of: $0, options) == nil } ?? .cpu
    }
    guard has(device) else {
      let known = ComputeDevice.allCases.filter { $0 != .auto && has($0) }.map(\.rawValue).joined(separator: ", ")
      throw InferenceError.noRuntime(
        "ONNX Runtime \(version) (\(path)) was built without \(device.rawValue); it has: \(known)")
    }
    if let problem = problem(of: device, options) { throw problem }
    return (device, options.batch ?? device.usualBatch)
  }

  /// Why a device that the library was built for cannot be used, found out by computing a network of one node.
  func problem(of device: ComputeDevice, _ options: ONNXRuntimeOptions) -> InferenceError? {
    guard device != .cpu else { return nil }
    return opened.withLock { opened in
      let key = "\(device.rawValue) \(options.deviceID)"
      if let known = opened[key] { return known }
      var problem: InferenceError?
      do {
        // TensorRT would prepare for seconds; what it needs is CUDA and its own library.
        let tried = device == .tensorrt ? ComputeDevice.cuda : device
        if device == .tensorrt { _ = try ONNXRuntimeSession.Options(self, device, options) }
        let probe = try ONNXRuntimeSession.Options(self, tried, options)
        _ = try ONNXRuntimeSession(self, ONNXExport.probe, probe)
      } catch {
        let text = (error as? InferenceError).map { "\($0)" } ?? "\(error)"
        problem = .noRuntime("the device \(device.rawValue) cannot be used: \(text)")
      }
      opened[key] = problem
      return problem
    }
  }
}

/// What a file has to be before the loader sees it, which crashes where the rest of a file is missing.
enum SharedObject {
  /// What is wrong with a shared library; `nil` where it can be loaded as far as its head tells.
  static func problem(of path: String) -> String? {
    guard let file = FileName.withBytes(path, { fopen($0, "rb") }) else { return String(cString: strerror(errno)) }
    defer { fclose(file) }
    var information = stat()
    guard fstat(fileno(file), &information) == 0, information.st_mode & S_IFMT == S_IFREG else { return "not a file" }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = fread(&bytes, 1, bytes.count, file)
    func number(_ offset: Int, _ length: Int) -> Int? {
      guard offset >= 0, offset + length <= count else { return nil }
      return (0..<length).reversed().reduce(0) { $0 << 8 | Int(bytes[offset + $1]) }
    }
    guard count >= 64, bytes.starts(with: [0x7F, 0x45, 0x4C, 0x46]), number(16, 2) == 3 else {
      return "not a shared library"
    }
    #if arch(x86_64)
      let machine = 62
    #elseif arch(arm64)
      let machine = 183
    #endif
    guard bytes[4] == 2, bytes[5] == 1, number(18, 2) == machine else { return "made for another processor" }
    guard let table = number(32, 8), let length = number(54, 2), let headers = number(56, 2), length >= 56 else {
      return "not a shared library"
    }
    for index in 0..<headers {
      let header = table &+ index * length
      guard let type = number(header, 4), let start = number(header + 8, 8), let size = number(header + 32, 8) else {
        return "not a shared library"
      }
      if type == 1, start &+ size > Int(information.st_size) || start < 0 || size < 0 {
        return "the file is not complete"
      }
    }
    return nil
  }
}

/// Folders in which pip installs packages.
enum PythonFolders {
  static func all(_ environment: [String: String]) -> [String] {
    let roots =
      ["VIRTUAL_ENV", "CONDA_PREFIX"].compactMap { environment[$0] }
      + [environment["HOME"].map { "\($0)/.local" }].compactMap { $0 } + ["/usr/local", "/opt/conda", "/usr"]
    return roots.flatMap { root in
      let versions = (FileSystem.names(in: "\(root)/lib") ?? []).filter { $0.hasPrefix("python3") }
      return versions.sorted { $0.compare($1, options: .numeric) == .orderedDescending }.flatMap { version in
        ["site-packages", "dist-packages"].map { "\(root)/lib/\(version)/\($0)" }.filter(FileSystem.isFolder)
      }
    }
  }

  /// Loads CUDA's libraries that pip installed beside ONNX Runtime, which the loader does not look for there.
  static func preload(beside library: String) {
    guard let end = library.range(of: "/onnxruntime/capi/") else { return }
    let packages = String(library[..<end.lowerBound])
    let parts = (FileSystem.names(in: "\(packages)/nvidia") ?? []).map { "\(packages)/nvidia/\($0)/lib" }
    let files = (parts + ["\(packages)/tensorrt_libs"]).flatMap { folder in
      (FileSystem.names(in: folder) ?? []).map { (name: $0, path: "\(folder)/\($0)") }
    }
    // Each after those that it needs.
    for stem in ["cudart", "nvrtc", "nvJitLink", "cublasLt", "cublas", "cufft", "curand", "cudnn", "nvinfer"] {
      for file in files.sorted(by: { $0.path < $1.path }) where file.name.hasPrefix("lib\(stem)") {
        if file.name.contains(".so") { _ = FileName.withBytes(file.path) { dlopen($0, RTLD_NOW | RTLD_GLOBAL) } }
      }
    }
  }
}
