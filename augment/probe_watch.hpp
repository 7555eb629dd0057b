// Looks for the ultrasound probe in the X-ray, on a thread of its own: pictures never wait for it.
#pragma once

#include "augment/echo_place.hpp"
#include "augment/registration.hpp"
#include "transport/mailbox.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>

namespace augment {

class ProbeWatch {
public:
    /// Told after every exposure that was looked at, and after every placing; on the watch's thread.
    using OnKnown = std::function<void(const KnownProbe& probe)>;
    enum class Stepping : std::uint8_t { own_thread, by_caller };
    ProbeWatch(std::unique_ptr<Registrar> registrar, transport::Clock& clock, OnKnown known, Stepping stepping);

    /// An X-ray frame whose picture goes out at this moment. Never blocks; one that comes while another is looked at
    /// replaces an older one. Any thread.
    void offer(const transport::Frame& xray);
    /// By hand; nothing: look anew. Done by the next step; the last wish before it counts. Any thread, never blocks.
    void place(const std::optional<Rigid>& table_from_array);
    /// Does what was wished, and looks at the newest exposure if one is due. True when something was told. This watch's
    /// own thread.
    bool step(std::stop_token stop, transport::Microseconds patience);

private:
    [[nodiscard]] KnownProbe known(const ProbePose& pose) const;
    [[nodiscard]] bool follows() const;
    [[nodiscard]] bool due(transport::Timestamp now) const;
    bool do_wish();
    void tell(const ProbePose& pose);

    transport::Clock& clock_;
    OnKnown on_known_;
    transport::Mailbox<transport::Frame> exposures_;
    std::mutex mutex_;  ///< of the wish
    std::optional<std::optional<Rigid>> wish_;
    // the thread's own
    std::unique_ptr<Registrar> registrar_;
    std::optional<XrayCamera> camera_;  ///< of the last exposure
    transport::Registration last_ = transport::Registration::searching;
    std::optional<transport::Timestamp>
        looked_;           ///< the last look: its begin while following, its end when it searched
    std::jthread thread_;  // last: it uses the others
};

/// Of a step about the head's origin, axes of the table: from one about the camera's source, in its frame.
[[nodiscard]] Matrix<6, 6> doubt_on_table(const Matrix<6, 6>& in_camera, const XrayCamera& camera, Vec3 head);

}  // namespace augment
