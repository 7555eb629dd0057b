#include "bench/reference.hpp"

#include "augment/fusion.hpp"
#include "augment/layout.hpp"
#include "capture/content_hash.hpp"
#include "devices/devices.hpp"
#include "transport/pool.hpp"

#include <stdexcept>

namespace bench {

using namespace transport;

namespace {

constexpr std::size_t longest_loop = 1000;

/// Time passes only when somebody waits for it.
class JumpingClock final : public Clock {
public:
    [[nodiscard]] Timestamp now() override { return now_; }
    bool wait_until(Timestamp due, std::stop_token /*stop*/) override {
        now_ = std::max(now_, due);
        return true;
    }

private:
    Timestamp now_ = timestamp(1'000'000);
};

augment::Plan product_plan(const PictureSizes& of) {
    return augment::plan(Layout::fused, of.canvas_width, of.canvas_height,
                         {{{of.echo_width, of.echo_height}, {of.xray_width, of.xray_height}, {0, 0}}}, {}, false);
}

}  // namespace

std::vector<SharedPixels> synthetic_loop(Modality modality, double frames_per_second, const std::string& name) {
    JumpingClock clock;
    const auto source = devices::open_source(name, modality, {.frames_per_second = frames_per_second}, clock);
    std::vector<SharedPixels> frames;
    std::uint64_t first = 0;
    while (frames.size() < longest_loop) {
        Frame frame;
        if (source->next(frame, {}) != capture::Reading::ready)
            throw std::runtime_error("the synthetic source gives no frame");
        const auto content = capture::content_hash(*frame.pixels);
        if (frames.empty())
            first = content;
        else if (content == first)
            return frames;
        frames.push_back(frame.pixels);
    }
    throw std::runtime_error("the synthetic source does not repeat itself");
}

Rect product_echo_pane(const PictureSizes& sizes) {
    return product_plan(sizes).place(Modality::ultrasound).image;
}

std::vector<Luma> product_echo_references(const std::vector<SharedPixels>& pictures, const PictureSizes& sizes) {
    const auto plan = product_plan(sizes);
    const auto fusion = augment::make_fusion_cpu();
    PixelPool pool;
    std::vector<Luma> out;
    for (const auto& picture : pictures) {
        augment::Paired frames;
        auto& frame = frames.ultrasound.emplace();
        frame.header.sequence = static_cast<std::uint32_t>(out.size() + 1);
        frame.header.stream = 1;
        frame.header.width = picture->width;
        frame.header.height = picture->height;
        frame.pixels = picture;
        const auto canvas = pool.get(PixelFormat::i420, plan.width, plan.height);
        fusion->draw(*canvas, {plan, frames});
        out.push_back(luma_of(*canvas, product_echo_pane(sizes)));
    }
    return out;
}

}  // namespace bench
