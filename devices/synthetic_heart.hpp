// The beat that the synthetic echo and the synthetic X-ray share. Phase 0..1 of a cycle, 0 at the R wave.
#pragma once

namespace devices {

/// 0 at the end of diastole, 1 at the end of systole.
[[nodiscard]] float contraction(float phase);
/// How far the atrioventricular valves are open, 0..1: early filling, then the atrial kick.
[[nodiscard]] float filling(float phase);
/// P wave, QRS complex and T wave; the R wave is 1.
[[nodiscard]] float electrocardiogram(float phase);

}  // namespace devices
