// libmilter as a test plays it: the context remembers what the filter did, and fails where told.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include <libmilter/mfapi.h>

struct smfi_str {
    std::map<std::string, std::string> macros;
    std::set<std::string>
        fails;  // of "addheader", "chgheader", "replacebody", "quarantine", "progress", "setpriv"
    std::vector<std::string> done;  // "add X:value", "remove X 2", "hold reason", "reply 550 ..."
    void* priv = nullptr;
};
