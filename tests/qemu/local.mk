# Real USB: the installed qdiag in QEMU, with Debian's kernel. A run of its own (make check-qemu),
# since it downloads a kernel and takes longer than the whole of make check.
if HAVE_USBREDIR
check_PROGRAMS += tests/qemu/usb_redir
tests_qemu_usb_redir_SOURCES = tests/qemu/usb_redir.c tests/qemu/redir_dev.c \
	tests/qemu/redir_dev.h tests/qemu/redir_describe.c tests/qemu/redir_describe.h $(USB_DEVICE)
tests_qemu_usb_redir_CPPFLAGS = $(AM_CPPFLAGS) -I$(top_srcdir)/tests/usb -I$(top_srcdir)/tests/qemu
tests_qemu_usb_redir_CFLAGS = $(AM_CFLAGS) $(USBREDIR_CFLAGS)
tests_qemu_usb_redir_LDADD = src/sim/libsim.la src/base/libbase.la $(USBREDIR_LIBS)
endif
EXTRA_DIST += tests/qemu/guest.sh tests/qemu/image.py tests/qemu/test_qemu.py

.PHONY: check-qemu clean-qemu
check-qemu:
	$(MAKE) $(AM_MAKEFLAGS) check TESTS=tests/qemu/test_qemu.py
clean-local: clean-qemu
clean-qemu:
	rm -rf tests/qemu/kernel tests/qemu/root
