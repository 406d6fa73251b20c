// The text of one XML part of an office document: OOXML (ISO 29500), ODF (ISO 26300), and their
// ancestors in one file.
//
// Elements are known by their namespace, not by the name of the part: parts can be called anything.
// DTDs are read over, but a document that declares entities is not read: no office program writes
// any, and they are how XML explodes. Not thread-safe before prepare_xml() was called.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace spillway::documents {

struct OfficePart {
    bool office = false;     // it has elements of an office vocabulary; else the rest is empty
    std::string_view type;   // of the document, where the part tells it
    bool encrypted = false;  // the manifest of an encrypted ODF document
    bool damaged = false;    // it broke off, or declares entities
    bool too_much = false;   // the text went beyond the limit
    std::string text;        // in reading order; paragraphs end lines, cells end in tabs
    std::string aside;       // hidden, deleted, in text boxes, notes, formulas, alternative texts
    std::vector<std::string> shared;  // strings that cells of other parts refer to

    struct Reference {
        std::size_t at;  // in `text`
        std::uint32_t index;
    };
    std::vector<Reference> references;
};

// No more than about `most` bytes of text.
OfficePart read_office_part(std::string_view xml, std::size_t most);

// Parts put together in the order they come.
class OfficePackage {
  public:
    explicit OfficePackage(std::size_t most) : most_(most) {}

    void add(OfficePart part);
    bool empty() const { return parts_.empty(); }
    std::string_view type() const { return type_; }

    // The text of all parts, references resolved, and after it all that is aside. Cut, with
    // `too_much` set, when it goes beyond the limit.
    struct Text {
        std::string text;
        bool too_much = false;
    };
    Text text() &&;

  private:
    void resolve(const OfficePart& part, Text& text) const;

    const std::size_t most_;
    std::string_view type_ = "application/vnd.openxmlformats-officedocument";
    std::vector<OfficePart> parts_;
    std::vector<std::string> shared_;
};

// Loads libxml2's tables; throws std::runtime_error when it does not work.
void prepare_xml();

}  // namespace spillway::documents
