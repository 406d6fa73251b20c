// What is read in one message, and how it is written down for `spillwayctl extract`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "mail/header.h"
#include "mail/part_tree.h"
#include "policy/facts.h"
#include "policy/places.h"

namespace spillway::ctl {

struct ExtractedPart {
    mail::LabelledPart label;
    std::string found;          // the type by content; "" when it says nothing
    std::uint64_t size = 0;     // decoded
    bool is_container = false;  // a multipart: its parts are told by themselves
};

// As one field of a policy has it: `texts` are what conditions compare, `placed` the same by place.
struct ExtractedText {
    std::string name;
    std::vector<std::string> texts;
    std::string incomplete;  // why "not found" is no answer; "" when it is one
    std::vector<policy::PlacedText> placed;
};

struct ExtractedMessage {
    std::string file;
    std::uint64_t bytes = 0;
    std::vector<mail::Header> header;  // decoded
    std::vector<ExtractedPart> parts;
    std::vector<mail::Attachment> attachments;
    std::vector<policy::AttachmentText> attachment_texts;
    std::vector<ExtractedText> texts;
    bool unreadable = false, encrypted = false, truncated = false;
};

// For people: whatever the message holds, nothing of it can steer a terminal. Texts are cut after
// so many lines.
std::string text_of(const ExtractedMessage& message);
// Only the texts, whole and without anything else.
std::string texts_alone(const ExtractedMessage& message);
// For programs, in full: names are documented in spillwayctl(8) and only ever added to.
nlohmann::json json_of(const ExtractedMessage& message);

}  // namespace spillway::ctl
