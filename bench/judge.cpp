#include "bench/judge.hpp"

#include "augment/layout.hpp"
#include "transport/timecode.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <exception>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace bench {

using namespace transport;

namespace {
constexpr auto between_writes = std::chrono::seconds{1};
constexpr std::size_t most_samples = 20;
}  // namespace

JudgingSink::JudgingSink(std::unique_ptr<render::Sink> inner, std::filesystem::path folder, std::vector<Rect> codes)
    : inner_{std::move(inner)}, folder_{std::move(folder)}, codes_{std::move(codes)}, pending_{codes_header} {
    std::error_code ignored;  // the file that cannot be made says it better
    std::filesystem::create_directories(folder_, ignored);
    const auto path = folder_ / "codes.csv";
    csv_.reset(std::fopen(path.c_str(), "wb"));
    if (!csv_) throw std::runtime_error(fmt::format("cannot write {}: {}", path.string(), std::strerror(errno)));
    samples_.reserve(most_samples);
}

JudgingSink::~JudgingSink() {
    write_out();
    try {
        for (const auto& sample : samples_)
            write_pgm(folder_ / fmt::format("sample_{}.pgm", microseconds(sample.presented)), sample.luma);
    } catch (const std::exception& error) {
        fmt::print(stderr, "{}\n", error.what());
    }
}

render::Presentation JudgingSink::present(const SharedPixels& picture) {
    const auto shown = inner_->present(picture);
    for (const auto& where : codes_)
        if (const auto code = read_timecode(*picture, where))
            fmt::format_to(std::back_inserter(pending_), "{},{},{},{}\n", microseconds(shown.time), code->stream,
                           code->sequence, code->time_us);
    if (shown.time - written_out_ >= between_writes) {
        write_out();
        written_out_ = shown.time;
    }
    keep_sample(*picture, shown.time);
    return shown;
}

void JudgingSink::write_out() {
    if (!csv_) return;
    const bool written =
        std::fwrite(pending_.data(), 1, pending_.size(), csv_.get()) == pending_.size() && std::fflush(csv_.get()) == 0;
    pending_.clear();
    if (written) return;
    fmt::print(stderr, "{}: {}; no more codes are written\n", (folder_ / "codes.csv").string(), std::strerror(errno));
    csv_.reset();
}

void JudgingSink::keep_sample(const Pixels& picture, Timestamp presented) {
    if (!samples_.empty() && presented - samples_.back().presented < between_samples_) return;
    if (samples_.size() == most_samples) {
        // Half of them for twice the time: however long the run, they stay spread over it.
        for (std::size_t i = 1; i < most_samples / 2; ++i) samples_[i] = std::move(samples_[2 * i]);
        samples_.resize(most_samples / 2);
        between_samples_ *= 2;
        return;
    }
    samples_.push_back({presented, luma_of(picture, {0, 0, picture.width, picture.height})});
}

std::vector<Rect> product_codes(int canvas_width, int canvas_height) {
    // Their places depend on the canvas alone; the layout and the sizes of the sources do not matter.
    const auto plan = augment::plan(Layout::fused, canvas_width, canvas_height, {{{4, 3}, {1, 1}, {16, 9}}}, {}, true);
    return {plan.place(Modality::ultrasound).code, plan.place(Modality::xray).code, plan.place(Modality::camera).code};
}

}  // namespace bench
