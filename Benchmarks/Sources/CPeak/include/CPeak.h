// Independent multiply-adds in registers: what the processor can do at most.
#pragma once

/// Runs `rounds` rounds of independent vector FMAs; returns the floating-point operations done, 0 where there are none.
double kapao_peak_fma(long rounds);

/// The same with VNNI's products of bytes, summed in 32 bits; 0 on a processor without VNNI.
double kapao_peak_int8(long rounds);
