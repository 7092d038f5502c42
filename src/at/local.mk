noinst_LTLIBRARIES += src/at/libat.la
src_at_libat_la_SOURCES = \
	src/at/blocked.def src/at/cme.def src/at/families.def src/at/open.c src/at/parse.c \
	src/at/parse.h src/at/session.c src/at/session.h src/at/session_priv.h src/at/urc.def \
	src/at/wire.c
