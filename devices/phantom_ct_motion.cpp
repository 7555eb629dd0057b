#include "devices/phantom_ct_motion.hpp"

namespace devices {

CtMotion::CtMotion(const HeartMoment& moment) : breath_{heart_breath(moment.breath)} {
    const auto sac = PhantomHeart{{}}.sac;
    const auto from_middle = -1.0 * (sac.to_unit * sac.centre);
    const auto rest = PhantomHeart{{moment.phase, 0}}.rest_from_world;
    const auto rows = [](const augment::Mat3& linear, augment::Vec3 shift, double less) {
        Rows out{};
        const std::array last{shift.x, shift.y, shift.z};
        for (std::size_t row = 0; row < 3; ++row) {
            out[row] = {linear[row][0], linear[row][1], linear[row][2], last[row]};
            out[row][row] -= less;
        }
        return out;
    };
    unit_ = rows(sac.to_unit, from_middle, 0);
    beat_ = rows(rest.linear, rest.shift, 1);
}

}  // namespace devices
