// The product's components one behind the other, without threads and queues between them: each hop is called for
// itself.
#pragma once

#include "bench/floor_link.hpp"
#include "bench/floors_measure.hpp"
#include "render/screen.hpp"
#include "render/sink.hpp"
#include "transport/codec.hpp"

#include <array>
#include <memory>

namespace bench {

/// A frame on its way, as far as it has come.
struct FloorFrame {
    SourceFrame which;
    transport::EncodedPicture encoded;
    Carried up;
    transport::SharedPixels decoded;
    std::shared_ptr<transport::Pixels> canvas;
    transport::EncodedPicture encoded_view;
    Carried down;
    transport::SharedPixels unpacked;
};

class FloorPath {
public:
    FloorPath(const FloorOptions& options, transport::Clock& clock);

    /// The hop that ends with `stage`, which must be one of floor_stages; those before it must have been done. Frames
    /// come in order. How long it took, ms.
    [[nodiscard]] double pass(FloorFrame& frame, transport::Stage stage);
    /// Width and height of the picture that this hop works on.
    [[nodiscard]] std::pair<int, int> size(transport::Modality stream, transport::Stage stage) const;
    [[nodiscard]] std::string presented_by() const { return sink_->name(); }

private:
    struct Codec {
        std::unique_ptr<transport::Encoder> encoder;
        std::unique_ptr<transport::Decoder> decoder;
        std::unique_ptr<FloorLink> link;
        std::uint32_t sequence = 0;
    };
    [[nodiscard]] Codec make_codec(int width, int height, transport::PixelFormat format, int quality) const;
    [[nodiscard]] transport::EncodedPicture encode(Codec& codec, const transport::SharedPixels& picture) const;
    /// From the call to the last packet's arrival, ms; what came goes to `carried`.
    [[nodiscard]] double carry(Codec& codec, const transport::EncodedPicture& picture, const FloorFrame& frame,
                               Carried& carried) const;
    [[nodiscard]] double publish(FloorFrame& frame);
    [[nodiscard]] static transport::SharedPixels decode(Codec& codec, const transport::Arrival& arrival);
    [[nodiscard]] transport::Stamp stamp(const FloorFrame& frame, bool view) const;
    void fuse(FloorFrame& frame);
    void present(const FloorFrame& frame);
    Codec& codec(transport::Modality stream) { return sources_.at(index(stream)); }

    FloorOptions options_;
    transport::Clock& clock_;
    CathlabPictures pictures_;
    std::array<Codec, 2> sources_;  ///< by Modality
    Codec view_;
    std::unique_ptr<augment::Fusion> fusion_;
    std::unique_ptr<render::Sink> sink_;
    std::unique_ptr<render::Screen> screen_;
};

}  // namespace bench
