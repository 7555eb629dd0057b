#include "bench/slice_path.hpp"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <stdexcept>
#include <utility>

namespace bench {

using namespace transport;

namespace {

double processor_ms() {
    timespec time{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_nsec) * 1e-6;
}

double slice_ms(Timestamp from, Timestamp to) {
    return static_cast<double>((to - from).count()) / 1000;
}

}  // namespace

SlicePath::SlicePath(const SliceWay& way, SliceSettings settings, double mbit_per_s)
    : way_{way}, bytes_per_us_{mbit_per_s / 8} {
    settings.threads = way.threads;
    settings.slices = way.slices;
    encoder_ = make_sliced_encoder(settings);
    if (way.decoded_early)
        sliced_decoder_ = make_sliced_decoder(2);
    else
        whole_decoder_ = make_decoder();
    receiver_ = std::jthread{[this](const std::stop_token& stop) { receive(stop); }};
}

SlicePath::~SlicePath() = default;

void SlicePath::send(std::vector<std::byte> bytes, bool last) {
    const auto now = clock_.now();
    const std::scoped_lock lock{mutex_};
    const auto takes = bytes_per_us_ > 0 ? static_cast<double>(bytes.size()) / bytes_per_us_ : 0.0;
    link_free_ = std::max(link_free_, now) + Microseconds{static_cast<std::int64_t>(takes)};
    link_.push_back({std::move(bytes), link_free_, last});
    changed_.notify_all();
}

SharedPixels SlicePath::decode(std::span<const std::byte> bytes) {
    if (sliced_decoder_) return sliced_decoder_->decode(bytes);
    SharedPixels picture;
    if (whole_decoder_->decode(bytes, picture) != Decoding::ready)
        throw std::runtime_error("the decoder refuses a picture");
    return picture;
}

/// Whatever has come, or the whole picture; empty when stopped.
std::vector<std::byte> SlicePath::take(const std::stop_token& stop) {
    std::vector<std::byte> out;
    for (bool whole = false; !whole;) {
        std::unique_lock lock{mutex_};
        if (!changed_.wait(lock, stop, [&] { return !link_.empty(); })) return {};
        const auto ready = link_.front().ready;
        lock.unlock();
        if (!clock_.wait_until(ready, stop)) return {};
        lock.lock();
        // What has come together is decoded together: by two threads.
        whole = way_.decoded_early;
        for (const auto now = clock_.now(); !link_.empty() && link_.front().ready <= now; link_.pop_front()) {
            out.insert(out.end(), link_.front().bytes.begin(), link_.front().bytes.end());
            whole = whole || link_.front().last;
        }
    }
    return out;
}

void SlicePath::receive(const std::stop_token& stop) {
    while (true) {
        const auto bytes = take(stop);
        if (bytes.empty()) return;
        SharedPixels picture;
        std::string failure;
        try {
            picture = decode(bytes);
        } catch (const std::exception& error) {
            failure = error.what();
        }
        if (!picture && failure.empty()) continue;
        const auto now = clock_.now();
        const std::scoped_lock lock{mutex_};
        decoded_ = true;
        decoded_at_ = now;
        failure_ = failure;
        changed_.notify_all();
    }
}

SliceTimes SlicePath::show(const SharedPixels& picture) {
    SliceTimes out;
    std::vector<std::byte> whole;
    Timestamp first{};
    Timestamp last{};
    const double processor = processor_ms();
    const auto captured = clock_.now();
    encoder_->encode(picture, [&](std::span<const std::byte> slice, bool is_last) {
        last = clock_.now();
        if (first == Timestamp{}) first = last;
        out.bytes += slice.size();
        if (way_.sent_early)
            send({slice.begin(), slice.end()}, is_last);
        else
            whole.insert(whole.end(), slice.begin(), slice.end());
    });
    if (!way_.sent_early) {
        last = clock_.now();
        send(std::move(whole), true);
    }
    std::unique_lock lock{mutex_};
    if (!changed_.wait_for(lock, std::chrono::seconds{5}, [&] { return decoded_; }))
        throw std::runtime_error("bench slices: a picture was not whole after 5 s");
    decoded_ = false;
    if (!failure_.empty()) throw std::runtime_error("bench slices: " + failure_);
    out.first_slice = slice_ms(captured, first);
    out.encoded = slice_ms(captured, last);
    out.decoded = slice_ms(captured, decoded_at_);
    out.processor = processor_ms() - processor;
    return out;
}

}  // namespace bench
