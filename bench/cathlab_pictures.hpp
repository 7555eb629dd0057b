// The cathlab's pictures without its path: both sources' frames, and the fused canvas that is made of them.
#pragma once

#include "augment/fusion.hpp"

#include <cstddef>
#include <vector>

namespace bench {

/// A frame of one of the two sources: the `number`th, from 0 on.
struct SourceFrame {
    transport::Modality stream = transport::Modality::ultrasound;
    std::size_t number = 0;
};

struct PictureSizes {
    int echo_width = 576;
    int echo_height = 456;
    int xray_width = 512;
    int xray_height = 512;
    int canvas_width = 1280;
    int canvas_height = 720;
};

/// Synthetic, 30/s, repeated for ever. Echo and X-ray take turns, as two sources that are half a frame apart.
class CathlabPictures {
public:
    /// `codes`: every picture carries its in-picture code, the canvas both. Draws both loops, which takes a second.
    CathlabPictures(const PictureSizes& sizes, bool codes);

    /// As it is encoded, its strip included.
    [[nodiscard]] transport::SharedPixels source(const SourceFrame& which) const;
    /// The header that goes with it, by the capture node.
    [[nodiscard]] transport::FrameHeader header(const SourceFrame& which) const;
    /// What is fused when that frame has come: it, and the other source's newest.
    [[nodiscard]] augment::Paired pair(const SourceFrame& which, const transport::SharedPixels& decoded);
    [[nodiscard]] augment::Scene scene(const augment::Paired& frames) const;
    [[nodiscard]] const augment::Plan& plan() const { return plan_; }

private:
    struct Loop {
        int width = 0;
        int height = 0;
        std::vector<transport::SharedPixels> frames;
    };
    [[nodiscard]] const Loop& loop(transport::Modality stream) const {
        return stream == transport::Modality::xray ? xray_ : echo_;
    }
    void add_code(Loop& loop, transport::StreamId stream);

    bool codes_;
    Loop echo_;
    Loop xray_;
    augment::Plan plan_;
    augment::Paired newest_;
    transport::PixelPool pool_;
};

}  // namespace bench
