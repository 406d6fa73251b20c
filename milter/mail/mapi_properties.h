// The list of MAPI properties in a TNEF attribute ([MS-OXTNEF] section 2.1.3.4).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace spillway::mail {

struct MapiProperty {
    std::uint32_t type = 0;  // PT_UNICODE and so on
    std::uint32_t id = 0;
    std::string_view value{};  // of the first, where there are several
    std::size_t at = 0;        // where the value stands in the list
};

// Walks through the properties; a value of one thread, the list must outlive it.
class MapiProperties {
  public:
    explicit MapiProperties(std::string_view list);

    // Nothing at the end, and where a length does not fit.
    std::optional<MapiProperty> next();
    bool damaged() const { return damaged_; }

  private:
    bool take(std::size_t bytes, std::string_view& taken);
    bool skip_name();
    bool take_value(MapiProperty& property);
    bool take_variable(MapiProperty& property);

    std::string_view list_;
    std::size_t at_ = 4;
    std::uint32_t left_;
    bool damaged_ = false;
};

inline constexpr std::uint32_t mapi_object = 0x000d;
inline constexpr std::uint32_t mapi_string8 = 0x001e;
inline constexpr std::uint32_t mapi_unicode = 0x001f;
inline constexpr std::uint32_t mapi_binary = 0x0102;

}  // namespace spillway::mail
