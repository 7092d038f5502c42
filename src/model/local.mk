noinst_LTLIBRARIES += src/model/libmodel.la
src_model_libmodel_la_SOURCES = \
	src/model/backup.c src/model/backup.h src/model/catalog.c src/model/catalog.h \
	src/model/catalog.def src/model/context_ids.def src/model/decode.c src/model/decode.def src/model/decode.h src/model/decode_file.c \
	src/model/anchors.c src/model/anchors.def src/model/anchors.h src/model/diff.c src/model/diff.h src/model/ident.c src/model/ident.h src/model/names.c \
	src/model/names.h src/model/needle.c src/model/needle.h src/model/needle_find.c \
	src/model/kinds.def src/model/plan.c src/model/plan.h src/model/policy.c src/model/policy.def \
	src/model/policy.h src/model/reasons.def src/model/revision.c src/model/revision.h \
	src/model/probe_paths.def src/model/rfnv.def src/model/scope.c src/model/scope.h \
	src/model/sections.c src/model/sections.h
