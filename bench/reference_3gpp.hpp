// What 3GPP asks of networks for medicine, beside what was measured: a reference, never a bar to pass. Those rows count
// the network alone and assume lossless video; a machine that sends H.264 over an emulated radio cannot reach most of
// them, and the rows say so with its figures.
#pragma once

#include "bench/result.hpp"

#include <vector>

namespace bench {

/// Rows of TS 22.263, TR 22.826, TS 22.104 and TR 26.925: network delay (p99 of first packet sent to last packet there,
/// the worse of both hops), rate (both hops, lossy), longest freeze beside the time to reconnect. What the result does
/// not tell has no value.
[[nodiscard]] std::vector<Row> rows_3gpp(const BenchResult& result);

}  // namespace bench
