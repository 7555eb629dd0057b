#include "transport/crew.hpp"

namespace transport {

Crew::~Crew() {
    for (auto& other : others_) other.request_stop();
}

void Crew::take_part(const std::function<void(int)>& work, int count) {
    for (int i = next_++; i < count; i = next_++) work(i);
}

void Crew::stand_by(const std::stop_token& stop) {
    std::unique_lock lock{mutex_};
    for (;;) {
        // Whoever comes when all is given out has nothing to do with this work any more.
        const auto wanted = [this] { return work_ != nullptr && next_ < count_; };
        if (!begun_.wait(lock, stop, wanted)) return;
        const auto& work = *work_;
        const int count = count_;
        ++at_work_;
        lock.unlock();
        take_part(work, count);
        lock.lock();
        if (--at_work_ == 0) idle_.notify_one();
    }
}

void Crew::share(int count, const std::function<void(int)>& work) {
    if (count < 2 || threads_ < 2) {
        for (int i = 0; i < count; ++i) work(i);
        return;
    }
    while (static_cast<int>(others_.size()) < threads_ - 1)
        others_.emplace_back([this](const std::stop_token& stop) { stand_by(stop); });
    {
        const std::scoped_lock lock{mutex_};
        work_ = &work;
        count_ = count;
        next_ = 0;
    }
    begun_.notify_all();
    take_part(work, count);
    std::unique_lock lock{mutex_};
    work_ = nullptr;
    idle_.wait(lock, [this] { return at_work_ == 0; });
}

}  // namespace transport
