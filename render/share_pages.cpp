#include "render/share_pages.hpp"

#ifdef SCIALYTIC_PAGE

#include <array>

// A file of the bundle between two symbols.
#define PAGE_FILE(symbol, file)                                                                                 \
    __asm__(".section .rodata\n.global page_" #symbol "\npage_" #symbol ":\n.incbin \"" SCIALYTIC_PAGE "/" file \
            "\"\n.global page_end_" #symbol "\npage_end_" #symbol ":\n.byte 0\n.previous\n");                   \
    extern "C" const char page_##symbol[];                                                                      \
    extern "C" const char page_end_##symbol[];

PAGE_FILE(index, "index.html")
PAGE_FILE(latency, "latency.html")
PAGE_FILE(style, "style.css")
PAGE_FILE(latency_style, "latency.css")
PAGE_FILE(page, "page.js")
PAGE_FILE(latency_page, "latency_page.js")
PAGE_FILE(worker, "worker.js")
PAGE_FILE(glasses, "glasses.js")
PAGE_FILE(icon, "icon.svg")
PAGE_FILE(manifest, "manifest.webmanifest")
#undef PAGE_FILE

namespace render {

std::vector<PageFile> page_files() {
    const auto bytes = [](const char* begin, const char* end) {
        return std::string_view{begin, static_cast<std::size_t>(end - begin)};
    };
    constexpr std::string_view script = "text/javascript; charset=utf-8";
    return {{"/", "text/html; charset=utf-8", bytes(page_index, page_end_index)},
            {"/latency", "text/html; charset=utf-8", bytes(page_latency, page_end_latency)},
            {"/style.css", "text/css; charset=utf-8", bytes(page_style, page_end_style)},
            {"/latency.css", "text/css; charset=utf-8", bytes(page_latency_style, page_end_latency_style)},
            {"/latency_page.js", script, bytes(page_latency_page, page_end_latency_page)},
            {"/page.js", script, bytes(page_page, page_end_page)},
            {"/worker.js", script, bytes(page_worker, page_end_worker)},
            {"/glasses.js", script, bytes(page_glasses, page_end_glasses)},
            {"/icon.svg", "image/svg+xml", bytes(page_icon, page_end_icon)},
            {"/manifest.webmanifest", "application/manifest+json", bytes(page_manifest, page_end_manifest)}};
}

}  // namespace render

#else

namespace render {

std::vector<PageFile> page_files() {
    return {};
}

}  // namespace render

#endif
