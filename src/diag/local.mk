noinst_LTLIBRARIES += src/diag/libdiag.la
src_diag_libdiag_la_SOURCES = \
	src/diag/cmd.c src/diag/cmd.def src/diag/cmd.h src/diag/mode.c \
	src/diag/mode.h src/diag/open.c src/diag/recent.c \
	src/diag/recent.h src/diag/reply.c src/diag/reply.h src/diag/session.c \
	src/diag/session.h src/diag/session_priv.h src/diag/unlock.c src/diag/unlock.h \
	src/diag/wire.c
