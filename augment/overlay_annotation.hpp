// How one annotation looks.
#pragma once

#include "augment/overlay_pen.hpp"
#include "transport/bus.hpp"

namespace augment {

/// Any kind but a banner and a pointer, in the pen's window, which is its modality's image.
void draw_annotation(Pen& pen, const transport::Annotation& annotation);
/// A ring that leaves open what it is about, and whose it is.
void draw_pointer(Pen& pen, const transport::Annotation& pointer);
void draw_banner(Pen& pen, const std::string& words);

}  // namespace augment
