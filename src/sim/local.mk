# The simulated module. libsim holds all of it but main, so that the unit tests can reach every part.
noinst_LTLIBRARIES += src/sim/libsim.la
src_sim_libsim_la_SOURCES =
src_sim_libsim_la_CFLAGS = $(AM_CFLAGS) $(ZLIB_CFLAGS) $(LIBCURL_CFLAGS)
src_sim_libsim_la_LIBADD = $(ZLIB_LIBS) $(LIBCURL_LIBS)

# The core: the unit folder, DIAG commands, NV, EFS2.
src_sim_libsim_la_SOURCES += \
	src/sim/modem.c src/sim/modem.h src/sim/diag.h src/sim/diag_info.c \
	src/sim/diag_control.c src/sim/diag_subsys.c src/sim/nv.c \
	src/sim/efs.c src/sim/efs.h src/sim/efs_dir.c src/sim/efs_file.c src/sim/efs_name.c \
	src/sim/efs_path.c src/sim/efs_system.c \
	src/sim/unit.c src/sim/unit.h src/sim/unit_store.h src/sim/unit_attr.c src/sim/unit_conf.c \
	src/sim/unit_copy.c \
	src/sim/unit_load.c src/sim/unit_nv.c src/sim/unit_save.c src/sim/unit_tree.c \
	src/sim/quirks.def

# The front: ports, framing, time, faults, log.
src_sim_libsim_la_SOURCES += \
	src/sim/at.c src/sim/at.h src/sim/at_file.c src/sim/at_info.c src/sim/at_int.h \
	src/sim/at_fota.c src/sim/at_fota_after.c src/sim/at_fota_flow.c src/sim/at_fota_say.c \
	src/sim/at_fota_int.h src/sim/at_net.c src/sim/at_version.c src/sim/fota.h \
	src/sim/fota_net.c src/sim/fota_package.c src/sim/fota_state.c \
	src/sim/at_spoil.c src/sim/at_ufs.c src/sim/faults.c src/sim/faults.h src/sim/faults.def \
	src/sim/faults_int.h src/sim/faults_efs.c src/sim/faults_reply.c src/sim/faults_wire.c \
	src/sim/faults_write.c src/sim/change.c src/sim/change.h \
	src/sim/front.c src/sim/front.h src/sim/front_pty.c src/sim/latency.c src/sim/latency.h \
	src/sim/link.c src/sim/link.h src/sim/op.c src/sim/op.h src/sim/ops.def \
	src/sim/options.c src/sim/options.h src/sim/queue.c src/sim/queue.h \
	src/sim/rng.h src/sim/scratch.c src/sim/scratch.h src/sim/server.c src/sim/server.h \
	src/sim/simlog.c src/sim/simlog.h

bin_PROGRAMS += qdiag-sim
qdiag_sim_SOURCES = src/sim/main.c
qdiag_sim_CFLAGS = $(AM_CFLAGS)
qdiag_sim_LDADD = src/sim/libsim.la src/base/libbase.la

dist_man_MANS += docs/man/qdiag-sim.1

# Bundled units, and where an uninstalled qdiag-sim finds them.
src_sim_libsim_la_SOURCES += \
	src/sim/unit_archive.c src/sim/unit_archive.h src/sim/unit_bundle.c src/sim/unit_content.c
src_sim_libsim_la_CPPFLAGS = $(AM_CPPFLAGS) -DSIM_UNITS_SRC='"$(abs_top_srcdir)/src/sim/units"'
unitsdir = $(pkgdatadir)/units
dist_units_DATA = \
	src/sim/units/bg96.unit src/sim/units/eg95.unit src/sim/units/em160.unit src/sim/units/rg50xq.unit
EXTRA_DIST += \
	src/sim/units/make_units.py src/sim/units/unit_maker.py src/sim/units/efs_names.py \
	src/sim/units/unit_bg96.py src/sim/units/unit_eg95.py src/sim/units/unit_em160.py \
	src/sim/units/unit_rg50xq.py
