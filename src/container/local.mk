noinst_LTLIBRARIES += src/container/libcontainer.la
src_container_libcontainer_la_SOURCES = \
	src/container/cfb.h src/container/cfb_chains.c src/container/cfb_name.c \
	src/container/cfb_place.c src/container/cfb_plan.c src/container/cfb_read.c \
	src/container/cfb_read.h src/container/cfb_text.c src/container/cfb_tree.c \
	src/container/cfb_walk.c \
	src/container/cfb_write.c src/container/cfb_write.h src/container/utf.c src/container/utf.h \
	src/container/container.h src/container/doc.c src/container/doc.h src/container/folder.h \
	src/container/folder_attr.c src/container/folder_build.c src/container/folder_order.c \
	src/container/folder_props.c src/container/folder_read.c src/container/folder_rest.c \
	src/container/folder_rest.h src/container/folder_text.c src/container/folder_write.c \
	src/container/gz.c \
	src/container/gz.h src/container/json_text.c src/container/json_text.h \
	src/container/journal_record.c src/container/journal_record.h \
	src/container/journal_view.c src/container/journal_view.h src/container/plan_codec.c \
	src/container/plan_codec.h src/container/manifest.c src/container/manifest.h \
	src/container/manifest_streams.c src/container/manifest_streams.h src/container/manifest_apply.c \
	src/container/manifest_read.c src/container/planfile.h \
	src/container/planfile_read.c src/container/planfile_write.c src/container/qcn.h src/container/qcn_efs.c \
	src/container/qcn_nv.c src/container/qcn_props.c src/container/qcn_read.c \
	src/container/qcn_write.c src/container/sniff.c src/container/tree.c src/container/tree.h \
	src/container/xml_quiet.c src/container/xml_quiet.h src/container/xqcn_hex.c \
	src/container/xqcn_hex.h src/container/xqcn_lift.c \
	src/container/xqcn_lift.h src/container/xqcn_read.c \
	src/container/xqcn_write.c
if HAVE_LIBARCHIVE
src_container_libcontainer_la_SOURCES += src/container/tar.c
else
src_container_libcontainer_la_SOURCES += src/container/tar_none.c
endif
src_container_libcontainer_la_CFLAGS = $(AM_CFLAGS) $(LIBXML_CFLAGS) $(JANSSON_CFLAGS) $(ZLIB_CFLAGS) $(LIBARCHIVE_CFLAGS)
src_container_libcontainer_la_LIBADD = $(LIBXML_LIBS) $(JANSSON_LIBS) $(ZLIB_LIBS) $(LIBARCHIVE_LIBS)
