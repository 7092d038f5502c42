# What every emulated USB shares: how a device looks, and the simulated module behind it.
USB_DEVICE = tests/usb/usb_profile.c tests/usb/usb_profile.h tests/usb/usb_sim.c tests/usb/usb_sim.h

# USB on a bus emulated by umockdev: the transport in process, and the qdiag program from outside.
if HAVE_UMOCKDEV
USB_TESTS = tests/usb/test_usb_find tests/usb/test_usb_link tests/usb/test_usb_units \
	tests/usb/test_usb_again tests/usb/test_usb_probe
check_PROGRAMS += $(USB_TESTS) tests/usb/usb_run
TESTS += $(USB_TESTS)
USB_TEST_CPP = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/unit -I$(top_srcdir)/tests/usb
USB_TEST_C = $(AM_CFLAGS) $(CMOCKA_CFLAGS) $(UMOCKDEV_CFLAGS) -Wno-undef
# The preload library stands before the C library, as LD_PRELOAD would have it; libtool sorts the
# libraries behind all flags, so that the flag cannot be taken back for the others.
USB_TEST_LINK = $(AM_LDFLAGS) -Wl,--no-as-needed -lumockdev-preload
USB_LIBS = src/sim/libsim.la src/transport/libtransport.la src/base/libbase.la $(UMOCKDEV_LIBS) \
	$(CMOCKA_LIBS)
USB_HOST = tests/usb/usb_fs.c tests/usb/usb_host.c tests/usb/usb_host.h tests/usb/usb_host_priv.h \
	$(USB_DEVICE)

tests_usb_test_usb_find_SOURCES = tests/usb/test_usb_find.c tests/usb/usb_test.h $(USB_HOST)
tests_usb_test_usb_find_CPPFLAGS = $(USB_TEST_CPP)
tests_usb_test_usb_find_CFLAGS = $(USB_TEST_C)
tests_usb_test_usb_find_LDFLAGS = $(USB_TEST_LINK) -Wl,--wrap=qd_port_holder
tests_usb_test_usb_find_LDADD = $(USB_LIBS)

tests_usb_test_usb_link_SOURCES = tests/usb/test_usb_link.c tests/usb/usb_test.h $(USB_HOST)
tests_usb_test_usb_link_CPPFLAGS = $(USB_TEST_CPP)
tests_usb_test_usb_link_CFLAGS = $(USB_TEST_C)
tests_usb_test_usb_link_LDFLAGS = $(USB_TEST_LINK)
tests_usb_test_usb_link_LDADD = $(USB_LIBS)

# libflow is listed with all below it: it is a convenience library, and brings nothing along.
tests_usb_test_usb_units_SOURCES = tests/usb/test_usb_units.c tests/usb/usb_test.h $(USB_HOST)
tests_usb_test_usb_units_CPPFLAGS = $(USB_TEST_CPP)
tests_usb_test_usb_units_CFLAGS = $(USB_TEST_C)
tests_usb_test_usb_units_LDFLAGS = $(USB_TEST_LINK)
tests_usb_test_usb_units_LDADD = src/flow/libflow.la src/container/libcontainer.la \
	src/model/libmodel.la src/service/libservice.la src/at/libat.la src/diag/libdiag.la \
	src/frame/libframe.la $(USB_LIBS)

tests_usb_test_usb_again_SOURCES = tests/usb/test_usb_again.c tests/usb/usb_test.h \
	tests/usb/usb_tty.h $(USB_HOST)
tests_usb_test_usb_again_CPPFLAGS = $(USB_TEST_CPP)
tests_usb_test_usb_again_CFLAGS = $(USB_TEST_C) -pthread
tests_usb_test_usb_again_LDFLAGS = $(USB_TEST_LINK)
tests_usb_test_usb_again_LDADD = $(tests_usb_test_usb_units_LDADD)

tests_usb_test_usb_probe_SOURCES = tests/usb/test_usb_probe.c tests/usb/usb_test.h \
	tests/usb/usb_tty.h $(USB_HOST)
tests_usb_test_usb_probe_CPPFLAGS = $(USB_TEST_CPP)
tests_usb_test_usb_probe_CFLAGS = $(USB_TEST_C) -pthread
tests_usb_test_usb_probe_LDFLAGS = $(USB_TEST_LINK)
tests_usb_test_usb_probe_LDADD = $(tests_usb_test_usb_units_LDADD)

tests_usb_usb_run_SOURCES = tests/usb/usb_run.c $(USB_HOST)
tests_usb_usb_run_CPPFLAGS = $(USB_TEST_CPP)
tests_usb_usb_run_CFLAGS = $(USB_TEST_C)
tests_usb_usb_run_LDFLAGS = $(USB_TEST_LINK)
tests_usb_usb_run_LDADD = $(USB_LIBS)
if HAVE_PYTHON3
TESTS += tests/usb/test_usb_at.py tests/usb/test_usb_backup.py tests/usb/test_usb_fota.py tests/usb/test_usb_installed.py
if HAVE_DBUS
TESTS += tests/usb/test_mm_fake.py tests/usb/test_mm_real.py
endif
endif
else
TESTS += tests/usb/absent.sh
endif
EXTRA_DIST += tests/usb/absent.sh tests/usb/repeat.sh tests/usb/test_usb_at.py tests/usb/test_usb_backup.py \
	tests/usb/installed.py tests/usb/test_usb_fota.py tests/usb/test_usb_installed.py \
	tests/usb/mm_rig.py tests/usb/test_mm_fake.py tests/usb/test_mm_real.py
