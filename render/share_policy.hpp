// What a browser is told with every answer of share: what the page may load, may use, and where it may be shown.
#pragma once

#include <array>
#include <string_view>
#include <utility>

namespace render {

/// Share's own files alone; nothing that is written into the page itself; in nobody's frame. 'self' holds wss: to the
/// same host and port too. Names of trusted types: the page's one policy, by which it starts its worker.
inline constexpr std::string_view content_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' blob: data:; "
    "media-src 'self' blob:; worker-src 'self'; manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'none'; require-trusted-types-for 'script'; trusted-types scialytic";

/// What the page has no use for is off, also for whatever might get into it.
inline constexpr std::string_view permissions_policy =
    "camera=(self), microphone=(self), xr-spatial-tracking=(self), fullscreen=(self), screen-wake-lock=(self), "
    "autoplay=(self), clipboard-write=(self), picture-in-picture=(), clipboard-read=(), display-capture=(), "
    "geolocation=(), payment=(), usb=(), serial=(), hid=(), midi=()";

/// Names and values, each ended by a zero. No Strict-Transport-Security: it would hold for
/// every port of this host, and share never speaks plain HTTP.
[[nodiscard]] constexpr std::array<std::pair<std::string_view, std::string_view>, 8> security_headers() {
    return {{{"Content-Security-Policy", content_policy},
             {"Permissions-Policy", permissions_policy},
             {"Cross-Origin-Opener-Policy", "same-origin"},
             {"Cross-Origin-Embedder-Policy", "require-corp"},
             {"Cross-Origin-Resource-Policy", "same-origin"},
             {"X-Content-Type-Options", "nosniff"},
             {"Referrer-Policy", "no-referrer"},
             {"Cache-Control", "no-store"}}};
}

}  // namespace render
