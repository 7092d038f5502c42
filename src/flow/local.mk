noinst_LTLIBRARIES += src/flow/libflow.la
src_flow_libflow_la_SOURCES = \
	src/flow/at_port.c src/flow/at_port.h src/flow/ufs.c src/flow/ufs_guard.c \
	src/flow/ufs_guard.h src/flow/user_files.c \
	src/flow/backup.c src/flow/check.c src/flow/collect.h src/flow/collect_efs.c \
	src/flow/collect_efs.h src/flow/collect_nv.c src/flow/device.c src/flow/device.h \
	src/flow/contents.c src/flow/contents.h src/flow/contents_items.c \
	src/flow/contents_parts.c src/flow/contents_parts.h src/flow/diff_file.c \
	src/flow/efs_access.c src/flow/efs_place.h src/flow/labels.c src/flow/labels.h \
	src/flow/nv_access.c src/flow/firmware.c src/flow/guard.c src/flow/guard.def src/flow/guard.h \
	src/flow/find.c src/flow/identity.c src/flow/identity.h src/flow/probe.c src/flow/redact.c \
	src/flow/redact.h src/flow/plan.c src/flow/plan.h src/flow/plan_keys.c src/flow/plan_single.c \
	src/flow/plan_view.c src/flow/plan_view.h src/flow/plan_want.c src/flow/plan_want.h \
	src/flow/compare.c src/flow/compare.h src/flow/ufs_wear.c \
	src/flow/convert.c src/flow/convert.h src/flow/folder_io.c src/flow/folder_io.h \
	src/flow/load.c src/flow/load.h src/flow/snapshot.c src/flow/snapshot.h src/flow/store.c src/flow/store.h src/flow/version.c \
	src/flow/verdict.c src/flow/verdict.h src/flow/redact_doc.c src/flow/redact_file.c \
	src/flow/redact_file.h src/flow/redact_names.c src/flow/redact_names.h
src_flow_libflow_la_CFLAGS = $(AM_CFLAGS)
# The journal and the one door to a unit.
src_flow_libflow_la_SOURCES += \
	src/flow/execute.c src/flow/execute.h src/flow/execute_end.c \
	src/flow/execute_run.c src/flow/execute_run.h src/flow/execute_step.c src/flow/journal.c \
	src/flow/journal.h src/flow/observe.c src/flow/observe.h src/flow/outcome.c src/flow/outcome.h

# Plans and restores as the public header has them.
src_flow_libflow_la_SOURCES += \
	src/flow/confirm.c src/flow/evidence.c src/flow/plan_info.c src/flow/plan_make.c \
	src/flow/plan_one.c src/flow/planned.h src/flow/proof.c src/flow/proof.h src/flow/reopen.c src/flow/reopen.h \
	src/flow/restore.c src/flow/restored.c src/flow/restored.h \
	src/flow/diff_sides.h src/flow/verify.c

# What stands in the way of a backup.
src_flow_libflow_la_SOURCES += \
	src/flow/doctor.c src/flow/doctor.def src/flow/doctor.h src/flow/doctor_look.c \
	src/flow/doctor_at.c src/flow/doctor_save.c src/flow/is_modem.c

# Which port: the choice of "auto", and asking each of them.
src_flow_libflow_la_SOURCES += src/flow/auto_port.c src/flow/auto_port.h src/flow/probe_ports.c

# Which AT port, and the AT side's door.
src_flow_libflow_la_SOURCES += \
	src/flow/at_find.c src/flow/at_find.h src/flow/at_door.c src/flow/at_door.h
# Upgrades.
src_flow_libflow_la_SOURCES += \
	src/flow/shell_word.c src/flow/shell_word.h src/flow/upgrade.c src/flow/upgrade_finish.c \
	src/flow/upgrade_finish.h src/flow/upgrade_run.c src/flow/upgrade_run.h \
	src/flow/upgrade_state.c src/flow/upgrade_state.h src/flow/upgrade_watch.c \
	src/flow/upgrade_watch.def src/flow/upgrade_watch.h
# May this unit be upgraded, and what came of it.
src_flow_libflow_la_SOURCES += \
	src/flow/fota_judge.c src/flow/fota_verify.c src/flow/fota_verify.h src/flow/preflight.c \
	src/flow/preflight.def src/flow/preflight.h src/flow/preflight_backup.c src/flow/preflight_package.c src/flow/preflight_transport.c \
	src/flow/preflight_unit.c src/flow/preflight_verdict.c
# Upgrade packages and the versions they are held against.
src_flow_libflow_la_SOURCES += \
	src/flow/package.c src/flow/package_match.c src/flow/versions.c src/flow/versions.h
