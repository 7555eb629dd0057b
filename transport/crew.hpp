// Threads that stand by to share one piece of work after the other: a picture is not drawn by one core while the next
// idles.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <stop_token>
#include <thread>
#include <vector>

namespace transport {

/// One thread uses it at a time.
class Crew {
public:
    /// The caller's own thread counts; with 1 there is no other. The others are started by the first work, and so get
    /// the priority of the thread that brings it.
    explicit Crew(int threads) : threads_{threads} {}
    ~Crew();
    Crew(const Crew&) = delete;
    Crew& operator=(const Crew&) = delete;

    /// Calls work(i) once for each i from 0 to count - 1, in order of who comes first, and returns when all are done.
    /// The caller works too: where no other core is free, it does all of it. The calls must not throw.
    void share(int count, const std::function<void(int)>& work);

private:
    void stand_by(const std::stop_token& stop);
    void take_part(const std::function<void(int)>& work, int count);

    const int threads_;
    std::mutex mutex_;
    std::condition_variable_any begun_;
    std::condition_variable idle_;
    const std::function<void(int)>* work_ = nullptr;  ///< null between two
    int count_ = 0;
    int at_work_ = 0;  ///< of the others
    std::atomic<int> next_{0};
    std::vector<std::jthread> others_;  ///< last: they use the rest
};

}  // namespace transport
