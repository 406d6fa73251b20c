// Writes TNEF as Outlook does ([MS-OXTNEF]), for tests.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tnef {

inline std::string number(std::uint32_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
    return text;
}

inline std::string padded(std::string bytes) {
    while (bytes.size() % 4 != 0) bytes += '\0';
    return bytes;
}

inline std::string variable(std::uint32_t type, std::uint32_t id, const std::string& value) {
    return number(type, 2) + number(id, 2) + number(1, 4) +
           number(static_cast<std::uint32_t>(value.size()), 4) + padded(value);
}

inline std::string unicode(std::uint32_t id, std::u16string_view value) {
    std::string bytes;
    for (const char16_t c : value) bytes += number(c, 2);
    return variable(0x1f, id, bytes + std::string(2, '\0'));
}
inline std::string string8(std::uint32_t id, const std::string& value) {
    return variable(0x1e, id, value + '\0');
}
inline std::string binary(std::uint32_t id, const std::string& value) {
    return variable(0x102, id, value);
}
inline std::string long_number(std::uint32_t id, std::uint32_t value) {
    return number(3, 2) + number(id, 2) + number(value, 4);
}
// A named property, which says its name before its value.
inline std::string named(std::uint32_t value) {
    return number(3, 2) + number(0x8001, 2) + std::string(16, 'g') + number(1, 4) + number(6, 4) +
           padded(std::string("a\0b\0\0\0", 6)) + number(value, 4);
}
inline std::string embedded(const std::string& stream) {
    return variable(0x0d, 0x3701, std::string(16, 'i') + stream);
}

class Stream {
  public:
    Stream& attribute(int level, std::uint32_t id, const std::string& data) {
        std::uint32_t sum = 0;
        for (const char c : data) sum += static_cast<unsigned char>(c);
        bytes_ += static_cast<char>(level);
        bytes_ += number(id, 4) + number(static_cast<std::uint32_t>(data.size()), 4) + data +
                  number(sum, 2);
        return *this;
    }
    Stream& code_page(std::uint32_t page) {
        return attribute(1, 0x69007, number(page, 4) + number(0, 4));
    }
    Stream& body(const std::string& text) { return attribute(1, 0x2800c, text + '\0'); }
    Stream& properties(const std::vector<std::string>& list) {
        return attribute(1, 0x69003, listed(list));
    }
    Stream& begin_file() { return attribute(2, 0x69002, std::string(14, '\0')); }
    Stream& title(const std::string& name) { return attribute(2, 0x18010, name + '\0'); }
    Stream& data(const std::string& content) { return attribute(2, 0x6800f, content); }
    Stream& file_properties(const std::vector<std::string>& list) {
        return attribute(2, 0x69005, listed(list));
    }
    const std::string& bytes() const { return bytes_; }

  private:
    static std::string listed(const std::vector<std::string>& list) {
        std::string bytes = number(static_cast<std::uint32_t>(list.size()), 4);
        for (const std::string& property : list) bytes += property;
        return bytes;
    }

    std::string bytes_ = std::string("\x78\x9f\x3e\x22", 4) + number(1, 2);
};

}  // namespace tnef
