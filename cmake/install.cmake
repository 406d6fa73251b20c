# Where a distribution expects things. The policy itself is never installed over an existing one.
install(TARGETS spillwayd DESTINATION ${CMAKE_INSTALL_SBINDIR})
install(TARGETS spillway-extract DESTINATION ${CMAKE_INSTALL_LIBEXECDIR})
install(TARGETS spillwayctl DESTINATION ${CMAKE_INSTALL_BINDIR})

file(GLOB man_pages CONFIGURE_DEPENDS man/*.[0-9])
foreach(page IN LISTS man_pages)
    string(REGEX REPLACE ".*\\." "" section ${page})
    install(FILES ${page} DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
endforeach()

install(DIRECTORY rules/ DESTINATION ${CMAKE_INSTALL_DATADIR}/spillway/rules)
install(DIRECTORY postfix-examples/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/postfix-examples
        PATTERN *.service EXCLUDE)
install(FILES LICENSE README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR} OPTIONAL)

# The prefix is known for sure only now: cmake --install may be given another one.
install(CODE "set(source \"${PROJECT_SOURCE_DIR}\")
              set(sbin \"${CMAKE_INSTALL_SBINDIR}\")")
install(CODE [[
    set(root "$ENV{DESTDIR}")
    set(prefix "${CMAKE_INSTALL_PREFIX}")
    # What lives in /usr has its configuration in /etc (FHS 3.0, 3.7 and 4.9).
    set(sysconf "${prefix}/etc/spillway")
    if(prefix MATCHES "^/usr(/local)?/?$")
        set(sysconf /etc/spillway)
    endif()

    # systemd reads lib/systemd/system below a prefix, whatever the multiarch folder is.
    set(unit "${root}${prefix}/lib/systemd/system/spillwayd.service")
    file(READ "${source}/postfix-examples/spillwayd.service" text)
    string(REPLACE "/usr/sbin/" "${prefix}/${sbin}/" text "${text}")
    string(REPLACE "-f /etc/spillway/" "-f ${sysconf}/" text "${text}")
    file(WRITE "${unit}" "${text}")
    message(STATUS "Installing: ${unit}")

    # A first policy with its maps; what is there already is the operator's and stays.
    set(etc "${root}${sysconf}")
    if(EXISTS "${etc}/spillway.conf")
        message(STATUS "Kept: ${etc}/spillway.conf")
    else()
        message(STATUS "Installing: ${etc}/spillway.conf")
        configure_file("${source}/rules/example.conf" "${etc}/spillway.conf" COPYONLY)
        file(GLOB maps RELATIVE "${source}/rules" "${source}/rules/maps/*")
        foreach(map IN LISTS maps)
            if(NOT EXISTS "${etc}/${map}")
                configure_file("${source}/rules/${map}" "${etc}/${map}" COPYONLY)
            endif()
        endforeach()
    endif()
]])
