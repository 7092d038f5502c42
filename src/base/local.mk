noinst_LTLIBRARIES += src/base/libbase.la
src_base_libbase_la_SOURCES = \
	src/base/bytes.h src/base/buf.c src/base/buf.h src/base/cancel.c src/base/cancel.h \
	src/base/clock.c src/base/clock.h src/base/context.c src/base/context.h \
	src/base/digest.c src/base/digest.h src/base/error.c src/base/error.h src/base/errtab.def \
	src/base/fsio.c src/base/fsio.h src/base/hex.c src/base/hex.h src/base/library.c \
	src/base/log.c src/base/log.h src/base/save.c src/base/save.h src/base/savedir.c src/base/savedir.h \
	src/base/text.c src/base/text.h src/base/version.c src/base/version.h
src_base_libbase_la_CFLAGS = $(AM_CFLAGS) $(NETTLE_CFLAGS)
src_base_libbase_la_LIBADD = $(NETTLE_LIBS)
