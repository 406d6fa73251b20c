# Where a distribution expects things. The policy itself is not installed over an existing one.
if(TARGET spillwayd)
install(TARGETS spillwayd DESTINATION ${CMAKE_INSTALL_SBINDIR})
endif()
if(TARGET spillwayctl)
install(TARGETS spillwayctl DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
