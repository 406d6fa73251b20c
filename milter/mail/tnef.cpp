#include "mail/tnef.h"

#include <algorithm>
#include <array>

#include "mail/little_endian.h"
#include "mail/mapi_properties.h"
#include "mail/rtf_compressed.h"
#include "mail/text.h"

namespace spillway::mail {
namespace {

constexpr std::size_t header_bytes = 6;      // the signature and a key
constexpr std::size_t attribute_bytes = 9;   // level, name, length
constexpr std::size_t checksum_bytes = 2;    // which readers do not check
constexpr std::size_t interface_bytes = 16;  // before the stream of an embedded message

// Section 2.1.3.2 and 2.1.3.3, with the type of their data in the upper half.
enum Attribute : std::uint32_t {
    subject = 0x00018004,
    body = 0x0002800c,
    message_properties = 0x00069003,
    attachment_begins = 0x00069002,
    attachment_data = 0x0006800f,
    attachment_title = 0x00018010,
    attachment_properties = 0x00069005,
    code_page = 0x00069007,
};

enum Property : std::uint32_t {
    property_subject = 0x0037,
    property_body = 0x1000,
    property_rtf = 0x1009,
    property_html = 0x1013,
    property_display_name = 0x3001,
    property_data = 0x3701,
    property_file_name = 0x3704,
    property_long_file_name = 0x3707,
    property_media_type = 0x370e,
};

std::string charset_of_page(std::uint32_t page) {
    if (page == 65001) return "utf-8";
    if (page == 20127 || page == 0) return "windows-1252";
    if (page > 28590 && page < 28606) return "iso-8859-" + std::to_string(page - 28590);
    return "cp" + std::to_string(page);
}

std::string without_nul(std::string text) {
    text.erase(std::min(text.find_last_not_of('\0') + 1, text.size()));
    return text;
}

std::string text_of(const MapiProperty& property, const std::string& charset) {
    const bool unicode = property.type == mapi_unicode;
    return without_nul(to_utf8(property.value, unicode ? "utf-16le" : charset));
}

void add_name(TnefFile& file, std::string name) {
    const bool is_new = std::ranges::find(file.names, name) == file.names.end();
    if (!name.empty() && is_new && file.names.size() < 8) file.names.push_back(std::move(name));
}

}  // namespace

bool TnefReader::read(std::string_view piece) {
    while (!piece.empty() && state_ != State::over) {
        switch (state_) {
            case State::header:
                if (!gather(piece, header_bytes)) break;
                if (!gathered_.starts_with(tnef_signature)) {
                    contents_.damaged = true;
                    state_ = State::over;
                    break;
                }
                state_ = State::attribute;
                gathered_.clear();
                break;
            case State::attribute:
                if (gather(piece, attribute_bytes) && !begin_attribute()) state_ = State::over;
                break;
            case State::data:
                if (!keeps_) skip(piece);
                if ((keeps_ && gather(piece, length_)) || (!keeps_ && skipped_ == length_))
                    end_attribute();
                break;
            case State::checksum:
                if (!gather(piece, checksum_bytes)) break;
                gathered_.clear();
                state_ = State::attribute;
                break;
            case State::over:
                break;
        }
    }
    return state_ != State::over;
}

// True when so many bytes are there.
bool TnefReader::gather(std::string_view& piece, std::size_t bytes) {
    const std::size_t taken = std::min(bytes - gathered_.size(), piece.size());
    gathered_ += piece.substr(0, taken);
    piece.remove_prefix(taken);
    position_ += taken;
    return gathered_.size() == bytes;
}

void TnefReader::skip(std::string_view& piece) {
    const std::size_t skipped = std::min(length_ - skipped_, piece.size());
    piece.remove_prefix(skipped);
    position_ += skipped;
    skipped_ += skipped;
}

// False when what follows cannot be an attribute.
bool TnefReader::begin_attribute() {
    const auto level = static_cast<unsigned char>(gathered_[0]);
    attribute_ = little_endian_32(gathered_, 1);
    length_ = little_endian_32(gathered_, 5);
    gathered_.clear();
    skipped_ = 0;
    data_begin_ = position_;
    if (level != 1 && level != 2) {
        contents_.damaged = true;
        return false;
    }
    const std::array kept{
        subject, body, message_properties, attachment_title, attachment_properties, code_page};
    keeps_ = std::ranges::find(kept, attribute_) != kept.end();
    if (keeps_ && length_ > limits_.texts) {
        keeps_ = false;
        contents_.cut = true;
    }
    if (keeps_) limits_.texts -= length_;
    state_ = State::data;
    if (length_ == 0) end_attribute();
    return true;
}

TnefFile& TnefReader::file() {
    if (contents_.files.empty()) contents_.files.emplace_back();
    return contents_.files.back();
}

void TnefReader::end_attribute() {
    state_ = State::checksum;
    if (attribute_ == attachment_begins) {
        if (contents_.files.size() < limits_.files)
            contents_.files.emplace_back();
        else
            contents_.cut = true;
    } else if (attribute_ == attachment_data) {
        file().begin = data_begin_;
        file().end = data_begin_ + length_;
    }
    if (!keeps_) return;
    if (attribute_ == subject)
        contents_.subject = without_nul(to_utf8(gathered_, charset_));
    else if (attribute_ == body)
        contents_.texts.push_back({TnefText::Kind::plain, gathered_, charset_});
    else if (attribute_ == attachment_title)
        add_name(file(), without_nul(to_utf8(gathered_, charset_)));
    else if (attribute_ == code_page)
        charset_ = charset_of_page(little_endian_32(gathered_, 0));
    else
        read_properties(data_begin_);
    gathered_.clear();
    gathered_.shrink_to_fit();
}

void TnefReader::read_properties(std::size_t data_begin) {
    MapiProperties properties(gathered_);
    const bool of_file = attribute_ == attachment_properties;
    while (const auto property = properties.next()) {
        const bool unicode = property->type == mapi_unicode;
        const std::string& charset = unicode ? "utf-16le" : charset_;
        switch (property->id) {
            case property_subject:
                if (!of_file) contents_.subject = text_of(*property, charset_);
                break;
            case property_body:
                contents_.texts.push_back(
                    {TnefText::Kind::plain, std::string(property->value), charset});
                break;
            case property_html:
                contents_.texts.push_back({TnefText::Kind::html, std::string(property->value),
                                           property->type == mapi_binary ? "" : charset});
                break;
            case property_rtf: {
                std::string rtf = unpacked_rtf(property->value, limits_.texts);
                limits_.texts -= std::min(rtf.size(), limits_.texts);
                contents_.texts.push_back({TnefText::Kind::rtf, std::move(rtf), ""});
                break;
            }
            case property_display_name:
            case property_file_name:
            case property_long_file_name:
                if (of_file) add_name(file(), text_of(*property, charset_));
                break;
            case property_media_type:
                if (of_file) file().type = text_of(*property, charset_);
                break;
            case property_data: {
                if (!of_file || property->value.empty()) break;
                const bool message =
                    property->type == mapi_object &&
                    property->value.substr(std::min(interface_bytes, property->value.size()))
                        .starts_with(tnef_signature);
                file().is_message = message;
                file().begin = data_begin + property->at + (message ? interface_bytes : 0);
                file().end = data_begin + property->at + property->value.size();
                break;
            }
            default:
                break;
        }
    }
    contents_.damaged = contents_.damaged || properties.damaged();
}

// A stream may end behind any attribute, even without its checksum.
TnefContents TnefReader::finish() && {
    const bool between = (state_ == State::attribute || state_ == State::checksum) &&
                         gathered_.size() < attribute_bytes && gathered_.empty();
    if (state_ != State::over && !between) contents_.damaged = true;
    // Text of an attribute that never ended is text all the same.
    if (state_ == State::data && keeps_ && attribute_ == body)
        contents_.texts.push_back({TnefText::Kind::plain, gathered_, charset_});
    if (state_ == State::data && attribute_ == attachment_data) {
        file().begin = data_begin_;
        file().end = position_;
    }
    return std::move(contents_);
}

}  // namespace spillway::mail
