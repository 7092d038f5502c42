noinst_LTLIBRARIES += src/flow/libflow.la
src_flow_libflow_la_CFLAGS = $(AM_CFLAGS)

# One list per room (HACKING.md), in their order.
src_flow_libflow_la_SOURCES = \
	src/flow/files/check.c src/flow/files/compare.c src/flow/files/compare.h \
	src/flow/files/contents.c src/flow/files/contents.h src/flow/files/contents_items.c \
	src/flow/files/contents_parts.c src/flow/files/contents_parts.h src/flow/files/convert.c \
	src/flow/files/convert.h src/flow/files/diff_file.c src/flow/files/diff_sides.h \
	src/flow/files/folder_io.c src/flow/files/folder_io.h src/flow/files/labels.c \
	src/flow/files/labels.h src/flow/files/load.c src/flow/files/load.h \
	src/flow/files/redact_doc.c src/flow/files/redact_file.c src/flow/files/redact_file.h \
	src/flow/files/redact_names.c src/flow/files/redact_names.h src/flow/files/shell_word.c \
	src/flow/files/shell_word.h src/flow/files/store.c src/flow/files/store.h \
	src/flow/files/verdict.c src/flow/files/verdict.h

src_flow_libflow_la_SOURCES += \
	src/flow/unit/at_find.c src/flow/unit/at_find.h src/flow/unit/at_port.c \
	src/flow/unit/at_port.h src/flow/unit/auto_port.c src/flow/unit/auto_port.h \
	src/flow/unit/device.c src/flow/unit/device.h src/flow/unit/efs_access.c \
	src/flow/unit/efs_place.h src/flow/unit/identity.c src/flow/unit/identity.h \
	src/flow/unit/is_modem.c src/flow/unit/nv_access.c src/flow/unit/observe.c \
	src/flow/unit/observe.h src/flow/unit/probe_ports.c src/flow/unit/redact_traffic.c \
	src/flow/unit/redact_traffic.h src/flow/unit/reopen.c src/flow/unit/reopen.h \
	src/flow/unit/versions.c src/flow/unit/versions.h

src_flow_libflow_la_SOURCES += \
	src/flow/backup/backup.c src/flow/backup/collect.h src/flow/backup/collect_efs.c \
	src/flow/backup/collect_efs.h src/flow/backup/collect_find.c src/flow/backup/collect_nv.c \
	src/flow/backup/collect_probe.c src/flow/backup/snapshot.c src/flow/backup/snapshot.h

src_flow_libflow_la_SOURCES += \
	src/flow/plan/confirm.c src/flow/plan/evidence.c src/flow/plan/firmware.c \
	src/flow/plan/guard.c src/flow/plan/guard.def src/flow/plan/guard.h src/flow/plan/plan.c \
	src/flow/plan/plan.h src/flow/plan/plan_info.c src/flow/plan/plan_keys.c \
	src/flow/plan/plan_make.c src/flow/plan/plan_one.c src/flow/plan/plan_single.c \
	src/flow/plan/plan_view.c src/flow/plan/plan_view.h src/flow/plan/plan_want.c \
	src/flow/plan/plan_want.h src/flow/plan/planned.h src/flow/plan/proof.c \
	src/flow/plan/proof.h

src_flow_libflow_la_SOURCES += \
	src/flow/restore/execute.c src/flow/restore/execute.h src/flow/restore/execute_end.c \
	src/flow/restore/execute_run.c src/flow/restore/execute_run.h \
	src/flow/restore/execute_step.c src/flow/restore/journal.c src/flow/restore/journal.h \
	src/flow/restore/outcome.c src/flow/restore/outcome.h src/flow/restore/restore.c \
	src/flow/restore/restored.c src/flow/restore/restored.h src/flow/restore/verify.c

src_flow_libflow_la_SOURCES += \
	src/flow/ufs/at_door.c src/flow/ufs/at_door.h src/flow/ufs/ufs.c src/flow/ufs/ufs_guard.c \
	src/flow/ufs/ufs_guard.h src/flow/ufs/ufs_wear.c src/flow/ufs/user_files.c

src_flow_libflow_la_SOURCES += \
	src/flow/upgrade/fota_judge.c src/flow/upgrade/fota_verify.c src/flow/upgrade/fota_verify.h \
	src/flow/upgrade/package.c src/flow/upgrade/package_match.c src/flow/upgrade/preflight.c \
	src/flow/upgrade/preflight.def src/flow/upgrade/preflight.h \
	src/flow/upgrade/preflight_backup.c src/flow/upgrade/preflight_package.c \
	src/flow/upgrade/preflight_transport.c src/flow/upgrade/preflight_unit.c \
	src/flow/upgrade/preflight_verdict.c src/flow/upgrade/upgrade.c \
	src/flow/upgrade/upgrade_finish.c src/flow/upgrade/upgrade_finish.h \
	src/flow/upgrade/upgrade_run.c src/flow/upgrade/upgrade_run.h \
	src/flow/upgrade/upgrade_state.c src/flow/upgrade/upgrade_state.h \
	src/flow/upgrade/upgrade_watch.c src/flow/upgrade/upgrade_watch.def \
	src/flow/upgrade/upgrade_watch.h

src_flow_libflow_la_SOURCES += \
	src/flow/doctor/doctor.c src/flow/doctor/doctor.def src/flow/doctor/doctor.h \
	src/flow/doctor/doctor_at.c src/flow/doctor/doctor_look.c src/flow/doctor/doctor_save.c
