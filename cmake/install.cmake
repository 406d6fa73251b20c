# Where a distribution expects things. The policy itself is not installed over an existing one.
install(TARGETS spillwayd DESTINATION ${CMAKE_INSTALL_SBINDIR})
install(TARGETS spillwayctl DESTINATION ${CMAKE_INSTALL_BINDIR})
