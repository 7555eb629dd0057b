#include "augment/probe_watch.hpp"

#include "transport/real_time.hpp"

#include <utility>

namespace augment {

using transport::Frame;
using transport::Microseconds;
using transport::Registration;
using transport::Timestamp;

namespace {

// Following costs about 10 ms, searching up to a second: enough is left of two cores for the pictures.
constexpr auto between_looks = std::chrono::milliseconds{50};  // from one's begin to the next's
constexpr auto between_searches = std::chrono::seconds{1};     // from one's end to the next's begin
constexpr auto watch_patience = std::chrono::milliseconds{200};

}  // namespace

ProbeWatch::ProbeWatch(std::unique_ptr<Registrar> registrar, transport::Clock& clock, OnKnown known, Stepping stepping)
    : clock_{clock}, on_known_{std::move(known)}, registrar_{std::move(registrar)} {
    if (stepping == Stepping::own_thread)
        thread_ = std::jthread{[this](const std::stop_token& stop) {
            transport::run_in_background();
            while (!stop.stop_requested()) step(stop, watch_patience);
        }};
}

void ProbeWatch::offer(const Frame& xray) {
    if (xray.header.beam_on && xray.pixels) exposures_.put(xray);
}

bool ProbeWatch::follows() const {
    return last_ == Registration::registered || last_ == Registration::ageing;
}

bool ProbeWatch::due(Timestamp now) const {
    return !looked_ || now - *looked_ >= (follows() ? Microseconds{between_looks} : Microseconds{between_searches});
}

bool ProbeWatch::step(std::stop_token stop, Microseconds patience) {
    const auto frame = exposures_.take(std::move(stop), patience);
    const bool wished = do_wish();
    if (!frame) return wished;
    const auto& header = frame->header;
    const auto camera = camera_of(header.geometry, header.width, header.height);
    const auto exposed = acquisition(header);
    if (!camera || !exposed || !due(clock_.now())) return wished;
    camera_ = camera;
    const bool followed = follows();
    const auto begun = clock_.now();
    tell(registrar_->observe(*frame->pixels, *camera, *exposed));
    looked_ = followed ? begun : clock_.now();
    return true;
}

void ProbeWatch::place(const std::optional<Rigid>& table_from_array) {
    const std::scoped_lock lock{mutex_};
    wish_ = table_from_array;
}

bool ProbeWatch::do_wish() {
    std::optional<std::optional<Rigid>> wish;
    {
        const std::scoped_lock lock{mutex_};
        wish = std::exchange(wish_, std::nullopt);
    }
    if (!wish) return false;
    const auto now = clock_.now();
    if (*wish)
        registrar_->place(**wish, now, Registrar::Placement::refine);
    else
        registrar_->search();
    looked_.reset();
    tell(registrar_->at(now));
    return true;
}

void ProbeWatch::tell(const ProbePose& pose) {
    const auto probe = known(pose);
    last_ = probe.registration;
    on_known_(probe);
}

KnownProbe ProbeWatch::known(const ProbePose& pose) const {
    KnownProbe out;
    out.registration = pose.state;
    out.table_from_array = pose.world_from_head;
    out.per_second = pose.per_second;
    out.seen = pose.seen.value_or(Timestamp{});
    out.error_mm = pose.error_mm;
    if (camera_) out.doubt = doubt_on_table(pose.covariance, *camera_, pose.world_from_head.translation);
    return out;
}

Matrix<6, 6> doubt_on_table(const Matrix<6, 6>& in_camera, const XrayCamera& camera, Vec3 head) {
    // The other way round than doubt_in_camera: w = Rᵀ w', d = Rᵀ (d' - h' × w').
    const auto back = transposed(camera.rotation());
    const auto shifted = back * cross_matrix(-1.0 * camera.in_camera(head));
    Matrix<6, 6> step;
    for (std::size_t row = 0; row < 3; ++row)
        for (std::size_t column = 0; column < 3; ++column) {
            step[row][column] = back[row][column];
            step[row][column + 3] = shifted[row][column];
            step[row + 3][column + 3] = back[row][column];
        }
    return step * in_camera * transposed(step);
}

}  // namespace augment
