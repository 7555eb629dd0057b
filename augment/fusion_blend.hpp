// The echo over the base picture, two rows at a time: warp, border and blend in one loop over the covered columns.
#pragma once

#include "augment/fusion_rows.hpp"
#include "augment/fusion_texture.hpp"
#include "transport/frame.hpp"

namespace augment {

/// Blends in place; what lies outside the rows' stretches keeps its value.
using BlendRows = void (*)(transport::Pixels& canvas, const RowPair& rows, const EchoTexture& echo,
                           const Mixing& mixing);

/// For any processor.
void blend_portable(transport::Pixels& canvas, const RowPair& rows, const EchoTexture& echo, const Mixing& mixing);
/// Null where the compiler or this processor has no AVX2. The same results, bit by bit.
[[nodiscard]] BlendRows blend_avx2();
/// The fastest here.
[[nodiscard]] BlendRows best_blend();

}  // namespace augment
