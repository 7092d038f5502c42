noinst_LTLIBRARIES += src/service/libservice.la
src_service_libservice_la_SOURCES = \
	src/service/efs.c src/service/efs.h src/service/efs_codec.c src/service/efs_codec.h \
	src/service/efs_change.c src/service/efs_dir.c \
	src/service/efs_errno.def src/service/efs_file.c \
	src/service/efs_seq.c src/service/efs_seq.h src/service/efs_walk.c \
	src/service/efs_walk.h src/service/efs_write.c src/service/efs_write.h \
	src/service/efs_write_codec.c src/service/efs_write_codec.h src/service/identity.c \
	src/service/identity.h src/service/supply.c src/service/supply.h src/service/supply_codec.c src/service/supply_codec.h src/service/nv.c \
	src/service/nv.h src/service/nv_codec.c src/service/nv_codec.h \
	src/service/nv_status.def src/service/nv_write.c src/service/nv_write.h src/service/sync.c \
	src/service/sync.h src/service/write_seq.c src/service/write_seq.h src/service/written.c \
	src/service/written.h src/service/at_mode.c src/service/at_write.h src/service/ufs.c src/service/ufs.h src/service/ufs_codec.c \
	src/service/ufs_codec.h src/service/ufs_fields.def src/service/user_file.c

# Upgrades: AT+QFOTADL.
src_service_libservice_la_SOURCES += \
	src/service/fota.c src/service/fota.h src/service/fota_argument.c src/service/fota_codec.c \
	src/service/fota_codec.h src/service/fota_codes.def src/service/fota_families.def \
	src/service/fota_foreign.def
# Upgrade packages: names, kinds, and the gate for zip files.
src_service_libservice_la_SOURCES += \
	src/service/package.c src/service/package.h src/service/package_head.def \
	src/service/package_inside.def src/service/package_name.c src/service/package_name.h \
	src/service/package_texts.def src/service/zip_directory.c src/service/zip_entry.c \
	src/service/zip_gate.c src/service/zip_gate.h src/service/zip_int.h src/service/zip_rules.def

src_service_libservice_la_SOURCES += src/service/versions.c src/service/versions.h
src_service_libservice_la_CFLAGS = $(AM_CFLAGS) $(ZLIB_CFLAGS)
src_service_libservice_la_LIBADD = $(ZLIB_LIBS)
