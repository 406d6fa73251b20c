// The life of spillway-extract: load all that will be needed, give up all rights, and start a
// reader for each document that the daemon hands over, until it hands over no more.
#pragma once

namespace spillway::documents {

// The socket is extract::control_descriptor. Returns when the daemon has closed its end; throws
// std::runtime_error or std::system_error when the machine lacks something that is needed.
void keep_reading();

}  // namespace spillway::documents
