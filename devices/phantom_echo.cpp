#include "devices/phantom_echo.hpp"

#include "devices/echo_screen.hpp"
#include "devices/in_parallel.hpp"
#include "devices/phantom_slice.hpp"
#include "transport/pool.hpp"

namespace devices {

PhantomFilm draw_phantom_echo(const Echocardiography& wishes, int count) {
    const PhantomTissue tissue{wishes.seed, wishes.ct.get()};
    const EchoScreen screen{wishes.width, wishes.height, phantom_fan};
    transport::PixelPool pool;
    PhantomFilm film;
    for (int frame = 0; frame < count; ++frame) {
        film.frames.push_back(pool.get(transport::PixelFormat::i420, wishes.width, wishes.height));
        film.geometries.push_back(screen.geometry());
        const auto truth = phantom_truth(phantom_frame_time(frame, count), wishes.scene);
        auto& sector = *film.geometries.back().sector;
        sector.multiplane_degrees = truth.multiplane_degrees;
        if (wishes.tracked) sector.tracked = augment::pose_of(truth.world_from_array);
    }
    in_parallel(count, [&](int frame) {
        const auto truth = phantom_truth(phantom_frame_time(frame, count), wishes.scene);
        const double loop = static_cast<double>(frame) / count;
        const auto flow = wishes.flow ? scan_phantom_flow(tissue, truth, frame) : std::vector<std::int16_t>{};
        screen.show(scan_phantom(tissue, truth, frame, loop), static_cast<float>(truth.moment.phase),
                    *film.frames[static_cast<std::size_t>(frame)], flow);
    });
    return film;
}

}  // namespace devices
