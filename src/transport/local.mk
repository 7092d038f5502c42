noinst_LTLIBRARIES += src/transport/libtransport.la
src_transport_libtransport_la_SOURCES = \
	src/transport/address.c src/transport/address.h \
	src/transport/capture.c src/transport/discover.c src/transport/discover.h \
	src/transport/holder.c src/transport/holder.h src/transport/mm_bus.h \
	src/transport/modem_manager.c src/transport/modem_manager.h src/transport/replay.c \
	src/transport/socket.c src/transport/stream.c src/transport/stream.h \
	src/transport/sysfs.c src/transport/sysfs.h \
	src/transport/table.c src/transport/transport.h src/transport/tty.c \
	src/transport/usb.c src/transport/usb.h src/transport/usb_find.c \
	src/transport/usb_ids.def src/transport/usb_in.c \
	src/transport/usb_match.c src/transport/usb_match.h
if HAVE_DBUS
src_transport_libtransport_la_SOURCES += src/transport/mm_bus.c
else
src_transport_libtransport_la_SOURCES += src/transport/mm_bus_none.c
endif
src_transport_libtransport_la_CFLAGS = $(AM_CFLAGS) $(LIBUSB_CFLAGS) $(DBUS_CFLAGS)
src_transport_libtransport_la_LIBADD = $(LIBUSB_LIBS) $(DBUS_LIBS)
