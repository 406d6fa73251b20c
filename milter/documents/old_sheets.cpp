// [MS-XLS]: a row of records; cells refer to a table of strings that may be cut into many of them.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

#include <fmt/format.h>

#include "documents/little_endian.h"
#include "documents/old_office.h"
#include "mail/text.h"

namespace spillway::documents {

namespace {

enum Record : std::uint16_t {
    formula_string = 0x0207,
    file_password = 0x002F,
    go_on = 0x003C,
    string_table = 0x00FC,
    label_by_number = 0x00FD,
    label = 0x0204,
    number = 0x0203,
    short_number = 0x027E,
    short_numbers = 0x00BD,
    text_object = 0x01B6,
};

// The strings of the table (section 2.5.293), over the borders of records: where characters are
// cut, the next record begins with a byte that says anew how wide they are.
class StringTable {
  public:
    explicit StringTable(std::vector<std::string_view> records) : records_(std::move(records)) {}

    std::vector<std::string> strings(std::size_t most) {
        skip(8);  // how many there are, twice
        std::vector<std::string> all;
        for (std::size_t used = 0; more() && used <= most;) {
            all.push_back(next());
            used += all.back().size() + 1;
        }
        return all;
    }

  private:
    bool more() {
        while (record_ < records_.size() && at_ >= records_[record_].size()) {
            ++record_;
            at_ = 0;
        }
        return record_ < records_.size();
    }

    std::uint8_t byte() {
        return more() ? static_cast<std::uint8_t>(records_[record_][at_++]) : std::uint8_t{0};
    }

    std::uint32_t number_of(int bytes) {
        std::uint32_t result = 0;
        for (int i = 0; i < bytes; ++i) result |= std::uint32_t{byte()} << (8 * i);
        return result;
    }

    void skip(std::uint64_t bytes) {
        while (bytes > 0 && more()) {
            const std::size_t here = std::min<std::uint64_t>(bytes, records_[record_].size() - at_);
            at_ += here;
            bytes -= here;
        }
    }

    std::string next() {
        const std::uint32_t characters = number_of(2);
        std::uint8_t flags = byte();
        const std::uint32_t runs = (flags & 8U) != 0 ? number_of(2) : 0;
        const std::uint32_t phonetic = (flags & 4U) != 0 ? number_of(4) : 0;
        std::string text;
        for (std::uint32_t left = characters; left > 0 && more();) {
            const std::size_t width = (flags & 1U) != 0 ? 2 : 1;
            const std::string_view here = records_[record_].substr(at_);
            const std::size_t count = std::min<std::size_t>(left, here.size() / width);
            text += mail::to_utf8(here.substr(0, count * width),
                                  width == 2 ? "utf-16le" : "windows-1252");
            at_ += count * width;
            left -= static_cast<std::uint32_t>(count);
            if (left == 0) break;
            at_ = records_[record_].size();
            flags = byte();
        }
        skip(4 * std::uint64_t{runs} + phonetic);
        return text;
    }

    const std::vector<std::string_view> records_;
    std::size_t record_ = 0;
    std::size_t at_ = 0;
};

// Numbers of 30 bits: whole ones or the upper half of others, maybe in hundredths (2.5.217).
double short_value(std::uint32_t bits) {
    const double value = (bits & 2U) != 0
                             ? static_cast<double>(static_cast<std::int32_t>(bits) >> 2)
                             : std::bit_cast<double>(std::uint64_t{bits & 0xFFFFFFFCU} << 32);
    return (bits & 1U) != 0 ? value / 100 : value;
}

// As cells show them: whole numbers with all their digits.
std::string shown(double value) {
    constexpr double exact_below = 1e18;
    const bool whole = std::abs(value) < exact_below && std::trunc(value) == value;
    return whole ? fmt::format("{:.0f}", value) : fmt::format("{}", value);
}

// A string with its own length, of 16 bits, and its width.
std::string own_string(std::string_view bytes, std::size_t at) {
    const std::size_t characters = u16(bytes, at);
    const bool wide = at + 2 < bytes.size() && (bytes[at + 2] & 1) != 0;
    if (at + 3 > bytes.size()) return {};
    return mail::to_utf8(bytes.substr(at + 3, characters * (wide ? 2 : 1)),
                         wide ? "utf-16le" : "windows-1252");
}

class SheetReader {
  public:
    SheetReader(std::string_view bytes, std::size_t most) : bytes_(bytes), most_(most) {}

    OldOfficeText read() && {
        while (at_ + 4 <= bytes_.size() && !result_.too_much && !result_.encrypted) {
            const std::uint16_t type = u16(bytes_, at_);
            take(type, next_record());
            result_.too_much = result_.text.size() > most_;
        }
        for (const std::string& each : strings_) result_.text.append("\n").append(each);
        return std::move(result_);
    }

  private:
    std::string_view next_record() {
        const std::size_t size = u16(bytes_, at_ + 2);
        const std::string_view record = bytes_.substr(at_ + 4, size);
        if (record.size() < size) result_.damaged = true;
        at_ += 4 + record.size();
        return record;
    }

    void take(std::uint16_t type, std::string_view record) {
        switch (type) {
            case file_password:
                result_.encrypted = true;
                return;
            case string_table:
                return take_table(record);
            case label_by_number:
                return cell(record, string_at(u32(record, 6)));
            case label:
                return cell(record, own_string(record, 6));
            case number:
                return cell(record, shown(std::bit_cast<double>(u64(record, 6))));
            case short_number:
                return cell(record, shown(short_value(u32(record, 6))));
            case short_numbers:
                for (std::size_t at = 4; at + 6 < record.size(); at += 6)
                    cell(record, shown(short_value(u32(record, at + 2))));
                return;
            case formula_string:
                result_.text += own_string(record, 0) + "\t";
                return;
            case text_object:
                return take_object_text();
            default:
                return;
        }
    }

    void take_table(std::string_view first) {
        std::vector<std::string_view> records{first};
        while (at_ + 4 <= bytes_.size() && u16(bytes_, at_) == go_on)
            records.push_back(next_record());
        strings_ = StringTable(std::move(records)).strings(most_);
    }

    // The text of a box or a note follows in a record of its own.
    void take_object_text() {
        if (at_ + 4 > bytes_.size() || u16(bytes_, at_) != go_on) return;
        const std::string_view record = next_record();
        if (record.empty()) return;
        const bool wide = (record[0] & 1) != 0;
        result_.text += mail::to_utf8(record.substr(1), wide ? "utf-16le" : "windows-1252") + "\n";
    }

    void cell(std::string_view record, const std::string& text) {
        const std::uint16_t row = u16(record, 0);
        if (row != row_) result_.text += '\n';
        row_ = row;
        result_.text.append(text).append("\t");
    }

    std::string string_at(std::uint32_t index) const {
        return index < strings_.size() ? strings_[index] : std::string();
    }

    const std::string_view bytes_;
    const std::size_t most_;
    std::size_t at_ = 0;
    std::uint32_t row_ = 0;
    std::vector<std::string> strings_;
    OldOfficeText result_;
};

}  // namespace

OldOfficeText sheets_text(const CompoundFile& file, std::size_t most) {
    const std::string workbook = file.contents(*file.find("Workbook"));
    return SheetReader(workbook, most).read();
}

}  // namespace spillway::documents
