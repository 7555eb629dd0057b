// A loop of pictures of the phantom, and what each is in the room.
#pragma once

#include "transport/frame.hpp"

#include <memory>
#include <vector>

namespace devices {

struct PhantomFilm {
    std::vector<std::shared_ptr<transport::Pixels>> frames;
    std::vector<transport::ImageGeometry> geometries;  ///< one each
};

}  // namespace devices
