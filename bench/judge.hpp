// The same judge for us and for others: reads the codes out of the pixels that are being shown.
#pragma once

#include "bench/codes.hpp"
#include "bench/luma.hpp"
#include "render/sink.hpp"
#include "transport/handle.hpp"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace bench {

/// Passes every picture on to another sink and writes down when each code was shown: codes.csv, written out once a
/// second. Keeps 10 to 20 luma pictures spread over the run, at most one a second, and writes them as
/// sample_<presented_us>.pgm when it goes out of scope: nothing is written between two pictures but a few kilobytes.
class JudgingSink final : public render::Sink {
public:
    /// `codes`: where the strips stand in the presented picture. Makes the folder; throws std::runtime_error naming
    /// the file that cannot be written.
    JudgingSink(std::unique_ptr<render::Sink> inner, std::filesystem::path folder, std::vector<transport::Rect> codes);
    ~JudgingSink() override;
    JudgingSink(const JudgingSink&) = delete;
    JudgingSink& operator=(const JudgingSink&) = delete;

    render::Presentation present(const transport::SharedPixels& picture) override;
    [[nodiscard]] std::string name() const override { return inner_->name(); }
    [[nodiscard]] bool take_freeze_key() override { return inner_->take_freeze_key(); }
    [[nodiscard]] bool closed() const override { return inner_->closed(); }

private:
    struct Sample {
        transport::Timestamp presented;
        Luma luma;
    };
    void write_out();
    void keep_sample(const transport::Pixels& picture, transport::Timestamp presented);

    std::unique_ptr<render::Sink> inner_;
    std::filesystem::path folder_;
    std::vector<transport::Rect> codes_;
    transport::Handle<std::FILE, std::fclose> csv_;
    std::string pending_;
    transport::Timestamp written_out_{};
    std::vector<Sample> samples_;
    transport::Microseconds between_samples_{1'000'000};
};

/// A panel that shows nothing: presented is the moment of the call.
class NullSink final : public render::Sink {
public:
    explicit NullSink(transport::Clock& clock) : clock_{clock} {}
    render::Presentation present(const transport::SharedPixels& /*picture*/) override { return {clock_.now(), false}; }
    [[nodiscard]] std::string name() const override { return "nothing"; }

private:
    transport::Clock& clock_;
};

/// Where the product's pictures carry the codes of ultrasound, X-ray and camera, below the canvas.
[[nodiscard]] std::vector<transport::Rect> product_codes(int canvas_width, int canvas_height);

}  // namespace bench
