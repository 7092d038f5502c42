/* SPDX-License-Identifier: BSD-3-Clause
 *
 * libqdiag: everything in one include. */
#ifndef QDIAG_QDIAG_H
#define QDIAG_QDIAG_H

#include <qdiag/backup.h>
#include <qdiag/cancel.h>
#include <qdiag/container.h>
#include <qdiag/contents.h>
#include <qdiag/context.h>
#include <qdiag/convert.h>
#include <qdiag/device.h>
#include <qdiag/efs.h>
#include <qdiag/doctor.h>
#include <qdiag/error.h>
#include <qdiag/fota.h>
#include <qdiag/identity.h>
#include <qdiag/log.h>
#include <qdiag/nv.h>
#include <qdiag/package.h>
#include <qdiag/preflight.h>
#include <qdiag/progress.h>
#include <qdiag/restore.h>
#include <qdiag/ufs.h>
#include <qdiag/version.h>

#endif
