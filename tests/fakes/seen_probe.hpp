// An echo and an X-ray of the same probe, without pixels worth a look: what geometry travels with them.
#pragma once

#include "augment/echo_place.hpp"
#include "transport/pool.hpp"

namespace seen_probe {

using namespace transport;
using namespace std::chrono_literals;

inline const Timestamp exposed = timestamp(10'000'000);

/// The array faces the front, its tip points to the feet: 45 mm behind the isocentre.
inline augment::Rigid table_from_array() {
    return {augment::columns_of({-1, 0, 0}, {0, 0, -1}, {0, -1, 0}), {0, 45, 0}};
}

inline Frame picture(Modality modality, PixelFormat format, int width, int height) {
    Frame frame;
    frame.header.modality = modality;
    frame.header.width = width;
    frame.header.height = height;
    frame.header.period = 33'333us;
    frame.header.timeline.mark(Stage::acquired, exposed);
    const auto pixels = PixelPool{}.get(format, width, height);
    for (int plane = 0; plane < pixels->plane_count(); ++plane)
        for (int y = 0; y < pixels->plane_height(plane); ++y)
            std::fill_n(pixels->row(plane, y), pixels->plane_width(plane), plane == 0 ? 90 : 128);
    frame.pixels = pixels;
    return frame;
}

/// LAO 40, cranial 20; the echo at 70°: the plane is seen at a slant.
inline augment::Paired both() {
    augment::Paired out;
    out.leader = Modality::xray;
    out.xray = picture(Modality::xray, PixelFormat::gray8, 512, 512);
    out.xray->header.geometry.spacing = PixelSpacing{0.4, 0.4};
    out.xray->header.geometry.c_arm = CArmGeometry{40, 20, 1200, 765};
    out.ultrasound = picture(Modality::ultrasound, PixelFormat::i420, 800, 600);
    out.ultrasound->header.geometry.spacing = PixelSpacing{0.25, 0.25};
    out.ultrasound->header.geometry.sector = EchoSector{400, 20, 5, 120, 40, 70, std::nullopt};
    return out;
}

inline augment::KnownProbe probe() {
    augment::KnownProbe out;
    out.registration = Registration::registered;
    out.table_from_array = table_from_array();
    for (std::size_t i = 0; i < 6; ++i) out.doubt[i][i] = i < 3 ? 0.04 : 1e-5;
    out.seen = exposed;
    out.error_mm = 0.8;
    return out;
}

}  // namespace seen_probe
