// Independent fused multiply-adds: what the processor can do at most.
#pragma once

/// Runs `rounds` rounds of 16 independent vector FMAs; returns the floating-point operations done.
double kapao_peak_fma(long rounds);
