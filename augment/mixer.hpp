// Where the modalities meet: frames in, pairing, one view per viewer class. Knows no network.
#pragma once

#include "augment/pairing.hpp"
#include "augment/view.hpp"
#include "transport/options.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace augment {

class Mixer {
public:
    /// Who calls View::step: a thread for each view, or the caller (tests on a stepped clock).
    enum class Stepping : std::uint8_t { own_threads, by_caller };
    using MakeEncoder = std::function<std::unique_ptr<transport::Encoder>(const transport::EncoderSettings&)>;

    Mixer(const transport::Options& options, transport::Clock& clock, Stepping stepping = Stepping::own_threads,
          MakeEncoder make_encoder = transport::make_encoder);

    [[nodiscard]] Room& room() { return room_; }
    /// A decoded frame of any modality. Link threads.
    void on_frame(transport::Frame frame);
    /// A mark that came after its frame; every view hands it on. Link threads.
    void on_late(const transport::LateMark& mark);
    /// The view of that class, made when nobody had it yet. Width and height must be given.
    View& view_for(const transport::ViewerClass& viewer_class);
    /// Null when there is none.
    [[nodiscard]] std::shared_ptr<View> find(const transport::ViewerClass& viewer_class) const;
    /// Ends the views that nobody watches.
    void close_empty_views();
    /// Pictures that were replaced by newer ones before they were begun, over all open views.
    [[nodiscard]] std::uint64_t replaced() const;

private:
    struct Running {
        std::shared_ptr<View> view;
        std::jthread thread;  // last: it uses the view
    };

    const transport::Options options_;
    transport::Clock& clock_;
    const Stepping stepping_;
    const MakeEncoder make_encoder_;
    Room room_;
    mutable std::mutex mutex_;  ///< never held while a thread is joined
    Pairing pairing_;
    std::map<transport::ViewerClass, Running> views_;
    transport::StreamId next_stream_ = 16;  // below: the sources
};

}  // namespace augment
