noinst_LTLIBRARIES += src/flow/libflow.la
src_flow_libflow_la_SOURCES = \
	src/flow/backup.c src/flow/check.c src/flow/collect.h src/flow/collect_efs.c \
	src/flow/collect_efs.h src/flow/collect_nv.c src/flow/device.c src/flow/device.h \
	src/flow/contents.c src/flow/contents.h src/flow/contents_items.c \
	src/flow/contents_parts.c src/flow/contents_parts.h src/flow/diff_file.c \
	src/flow/find.c src/flow/identity.c src/flow/identity.h src/flow/probe.c src/flow/redact.c src/flow/redact.h \
	src/flow/doctor.c src/flow/doctor.def src/flow/doctor.h src/flow/doctor_look.c \
	src/flow/doctor_save.c src/flow/is_modem.c src/flow/reopen.c src/flow/convert.c src/flow/convert.h src/flow/folder_io.c src/flow/folder_io.h \
	src/flow/load.c src/flow/load.h src/flow/store.c src/flow/store.h src/flow/version.c \
	src/flow/verdict.c src/flow/verdict.h src/flow/redact_doc.c src/flow/redact_file.c \
	src/flow/redact_file.h src/flow/redact_names.c src/flow/redact_names.h
src_flow_libflow_la_CFLAGS = $(AM_CFLAGS)
