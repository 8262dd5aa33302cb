// One import for programs that use the library: `import KapaoVideo`.
@_exported import Export
@_exported import Inference
@_exported import Kapao
@_exported import Pipeline
@_exported import Render
@_exported import Tracking
@_exported import VideoIO
