// The page, as esbuild bundled it, inside the program.
#pragma once

#include "render/share_http.hpp"

#include <vector>

namespace render {

/// Empty in a build without Node.js.
[[nodiscard]] std::vector<PageFile> page_files();

}  // namespace render
