import CKernels

extension Backend {
  /// Variables that have to be in the environment before the compute libraries are loaded.
  public static var requiredEnvironment: [String: String] {
    var variables = ["OMP_WAIT_POLICY": "passive"]
    switch kapao_vector_level() {
    case 2: variables["OPENBLAS_CORETYPE"] = "SkylakeX"
    case 1: variables["OPENBLAS_CORETYPE"] = "Haswell"
    default: break
    }
    return variables
  }
}
