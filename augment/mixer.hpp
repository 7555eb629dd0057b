// Where the modalities meet: frames in, pairing, one view per viewer class. Knows no network.
#pragma once

#include "augment/pairing.hpp"
#include "augment/probe_watch.hpp"
#include "augment/tip_watch.hpp"
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
    /// By hand; nothing: look anew. False when nobody looks for a probe here. Any thread.
    bool place_probe(const std::optional<Rigid>& table_from_array);
    /// What registration knows; nothing when nobody looks. Any thread.
    [[nodiscard]] std::optional<KnownProbe> probe() const;
    /// Null when nobody looks for a probe. For who steps it himself.
    [[nodiscard]] ProbeWatch* watch() { return watch_.get(); }
    /// The catheter's tip in the newest X-ray; nothing when nobody has pointed at it. Any thread.
    [[nodiscard]] std::optional<Tip> tip() const { return tip_.newest(); }
    void forget_tip() { tip_.forget(); }
    /// Into the room: a drawing, or a point of what was shown last. One line that says why not. Any thread.
    [[nodiscard]] std::optional<std::string> annotate(const transport::Annotation& annotation);
    /// What was handed to the views last. Any thread.
    [[nodiscard]] Picture shown() const;
    /// The view of that class, made when nobody had it yet. Width and height must be given. One thread's. A browser's
    /// view gives way to the room's, where there are fewer cores than threads.
    View& view_for(const transport::ViewerClass& viewer_class);
    /// Null when there is none.
    [[nodiscard]] std::shared_ptr<View> find(const transport::ViewerClass& viewer_class) const;
    /// Ends the views that nobody watches.
    void close_empty_views();
    /// Pictures that were replaced by newer ones before they were begun, of all views that there were.
    [[nodiscard]] std::uint64_t replaced() const;
    /// For a scrape: what was made, how long it took, who watches. Any thread.
    void tell(transport::MetricsPage& page) const;

private:
    struct Running {
        std::shared_ptr<View> view;
        std::jthread thread;  // last: it uses the view
    };

    /// How long the room's pictures take at present; those of browsers count where there are no others.
    [[nodiscard]] transport::Microseconds making() const;
    [[nodiscard]] std::optional<std::string> point_at_tip(const transport::Annotation& pointed);

    const transport::Options options_;
    transport::Clock& clock_;
    const Stepping stepping_;
    const MakeEncoder make_encoder_;
    Room room_;
    mutable std::mutex mutex_;  ///< never held while a thread is joined
    Pairing pairing_;
    TipWatch tip_;
    Picture shown_;  ///< last offered to the views
    std::map<transport::ViewerClass, Running> views_;
    std::uint64_t replaced_before_ = 0;  ///< in views that are closed
    std::shared_ptr<Made> made_ = std::make_shared<Made>();
    transport::NewFrames new_frames_;
    transport::StreamId next_stream_ = 16;  // below: the sources
    mutable std::mutex probe_mutex_;
    KnownProbe probe_;
    std::unique_ptr<ProbeWatch> watch_;  // last: its thread uses the two above
};

}  // namespace augment
