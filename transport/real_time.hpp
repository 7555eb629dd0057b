// Who runs first when there are fewer cores than threads.
#pragma once

#include <string>

namespace transport {

/// Above ordinary programs, far below the kernel's own and a sound server's.
inline constexpr int low_real_time_priority = 5;
/// The calling thread, and every thread that it starts from now on, runs before all ordinary ones (SCHED_RR), and
/// before those of lower priority, 1 to 99. Empty, or in one line why the system does not allow it.
[[nodiscard]] std::string run_in_real_time(int priority = low_real_time_priority);
/// The calling thread, and every thread that it starts from now on, gives way to those that it ran beside until now:
/// one step lower in real time, else a little nicer.
void run_behind();
/// The calling thread takes what the others leave.
void run_in_background();

}  // namespace transport
