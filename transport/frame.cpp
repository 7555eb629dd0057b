#include "transport/frame.hpp"

namespace transport {

std::string_view name(Modality modality) {
    switch (modality) {
        case Modality::ultrasound: return "ultrasound";
        case Modality::xray: return "xray";
        case Modality::camera: return "camera";
    }
    return "unknown";
}

std::optional<Modality> modality_named(std::string_view text) {
    for (const auto modality : {Modality::ultrasound, Modality::xray, Modality::camera})
        if (name(modality) == text) return modality;
    return std::nullopt;
}

}  // namespace transport
