qdiagincludedir = $(includedir)/qdiag
qdiaginclude_HEADERS = \
	include/qdiag/backup.h include/qdiag/cancel.h include/qdiag/container.h \
	include/qdiag/contents.h include/qdiag/context.h include/qdiag/convert.h \
	include/qdiag/device.h include/qdiag/efs.h include/qdiag/error.h include/qdiag/export.h \
	include/qdiag/identity.h include/qdiag/log.h include/qdiag/nv.h include/qdiag/progress.h \
	include/qdiag/qdiag.h include/qdiag/restore.h include/qdiag/version.h include/qdiag/ufs.h \
	include/qdiag/doctor.h include/qdiag/fota.h include/qdiag/package.h include/qdiag/preflight.h
