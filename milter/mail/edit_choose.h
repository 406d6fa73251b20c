// Which parts of a message a person reads as its text.
#pragma once

#include <string>
#include <vector>

#include <tl/expected.hpp>

#include "mail/edit_tree.h"

namespace spillway::mail {

struct TextToEdit {
    const EditPart* part = nullptr;
    bool html = false;
};

// The parts to be changed so that all readers see the change, or why none may be. Points into the
// tree.
tl::expected<std::vector<TextToEdit>, std::string> texts_to_edit(const EditPart& message);

}  // namespace spillway::mail
