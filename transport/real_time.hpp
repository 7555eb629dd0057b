// Who runs first when there are fewer cores than threads.
#pragma once

#include <string>

namespace transport {

/// The calling thread, and every thread that it starts from now on, runs before all ordinary ones (SCHED_RR). Empty, or
/// in one line why the system does not allow it.
[[nodiscard]] std::string run_in_real_time();
/// The calling thread takes what the others leave.
void run_in_background();

}  // namespace transport
