// A C library's object, given back by the library's own function when its holder goes.
#pragma once

#include <memory>

namespace transport {

/// For functions that take the pointer: g_error_free, gst_object_unref.
template <auto Release>
struct ReleaseBy {
    template <typename T>
    void operator()(T* object) const {
        Release(object);
    }
};
template <typename T, auto Release>
using Handle = std::unique_ptr<T, ReleaseBy<Release>>;

/// For functions that take the pointer's address, to clear it: av_frame_free.
template <auto Release>
struct ReleaseAt {
    template <typename T>
    void operator()(T* object) const {
        Release(&object);
    }
};
template <typename T, auto Release>
using HandleAt = std::unique_ptr<T, ReleaseAt<Release>>;

}  // namespace transport
