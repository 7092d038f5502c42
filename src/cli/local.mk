bin_PROGRAMS += qdiag
qdiag_SOURCES = \
	src/cli/args.c src/cli/args.h src/cli/cli.h src/cli/cmd_backup.c src/cli/cmd_check.c \
	src/cli/cmd_convert.c src/cli/cmd_doctor.c \
	src/cli/cmd_diff.c src/cli/cmd_redact.c src/cli/cmd_show.c \
	src/cli/cmd_efs.c src/cli/cmd_efs.h src/cli/cmd_restore.c src/cli/confirm.c src/cli/confirm.h \
	src/cli/efs_change.c src/cli/plan_text.c src/cli/plan_text.h src/cli/cmd_nv.c \
	src/cli/cmd_help.c src/cli/cmd_info.c src/cli/cmd_list.c src/cli/json.c src/cli/json.h \
	src/cli/cmd_ufs.c src/cli/ufs_text.c src/cli/ufs_text.h src/cli/inner.c src/cli/inner.h \
	src/cli/cmd_preflight.c src/cli/preflight_text.h \
	src/cli/cmd_fota_verify.c src/cli/diff_text.h src/cli/fota_verify_text.h \
	src/cli/cmd_fota.c src/cli/cmd_fota.h src/cli/cmd_fota_check.c src/cli/cmd_fota_run.c \
	src/cli/exit_codes.def src/cli/main.c src/cli/options.def src/cli/progress.c \
	src/cli/progress.h src/cli/question.c src/cli/question.h src/cli/text.c src/cli/text.h
qdiag_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
qdiag_LDADD = src/libqdiag.la $(JANSSON_LIBS)
