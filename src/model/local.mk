noinst_LTLIBRARIES += src/model/libmodel.la
src_model_libmodel_la_SOURCES = \
	src/model/backup.c src/model/backup.h src/model/catalog.c src/model/catalog.h \
	src/model/catalog.def src/model/context_ids.def src/model/ident.c src/model/ident.h \
	src/model/probe_paths.def src/model/rfnv.def
