#include "mail/mapi_properties.h"

#include "mail/little_endian.h"

namespace spillway::mail {
namespace {

constexpr std::uint32_t multiple_values = 0x1000;
constexpr std::uint32_t first_named = 0x8000;
constexpr std::size_t guid_bytes = 16;

std::size_t padded(std::size_t bytes) { return (bytes + 3) / 4 * 4; }

// Of types with values of one size; 0 for the others.
std::size_t fixed_size(std::uint32_t type) {
    switch (type) {
        case 0x0001:  // null, which is written like a number
        case 0x0002:
        case 0x0003:
        case 0x0004:
        case 0x000a:
        case 0x000b:
            return 4;
        case 0x0005:
        case 0x0006:
        case 0x0007:
        case 0x0014:
        case 0x0040:
            return 8;
        case 0x0048:
            return guid_bytes;
        default:
            return 0;
    }
}

}  // namespace

MapiProperties::MapiProperties(std::string_view list)
    : list_(list), left_(little_endian_32(list, 0)) {}

bool MapiProperties::take(std::size_t bytes, std::string_view& taken) {
    if (at_ > list_.size() || bytes > list_.size() - at_) {
        damaged_ = true;
        return false;
    }
    taken = list_.substr(at_, bytes);
    at_ += bytes;
    return true;
}

// Named properties say whose they are, and their number or their name in UTF-16.
bool MapiProperties::skip_name() {
    std::string_view taken;
    if (!take(guid_bytes + 4, taken)) return false;
    const bool by_name = little_endian_32(taken, guid_bytes) == 1;
    if (!take(4, taken)) return false;
    return !by_name || take(padded(little_endian_32(taken, 0)), taken);
}

std::optional<MapiProperty> MapiProperties::next() {
    std::string_view head;
    if (left_ == 0 || damaged_ || !take(4, head)) return std::nullopt;
    --left_;
    MapiProperty property{.type = little_endian_16(head, 0), .id = little_endian_16(head, 2)};
    if (property.id >= first_named && !skip_name()) return std::nullopt;
    if (!take_value(property)) return std::nullopt;
    return property;
}

bool MapiProperties::take_value(MapiProperty& property) {
    const bool multiple = (property.type & multiple_values) != 0;
    property.type &= ~multiple_values;
    const std::size_t size = fixed_size(property.type);
    if (size == 0) return take_variable(property);
    std::size_t count = 1;
    std::string_view number;
    if (multiple) {
        if (!take(4, number)) return false;
        count = little_endian_32(number, 0);
    }
    if (count > list_.size()) {
        damaged_ = true;
        return false;
    }
    property.at = at_;
    return take(padded(count * size), property.value);
}

// How many values there are, then the length of each before its bytes.
bool MapiProperties::take_variable(MapiProperty& property) {
    std::string_view number;
    if (!take(4, number)) return false;
    const std::uint32_t count = little_endian_32(number, 0);
    for (std::uint32_t i = 0; i < count; ++i) {
        if (!take(4, number)) return false;
        const std::size_t length = little_endian_32(number, 0);
        const std::size_t begin = at_;
        std::string_view value;
        if (!take(length, value)) return false;
        if (i == 0) {
            property.value = value;
            property.at = begin;
        }
        // The padding of the last value may be missing.
        at_ = begin + padded(length);
    }
    return true;
}

}  // namespace spillway::mail
