import ArgumentParser
import Inference

extension Backend: @retroactive ExpressibleByArgument {}
