/* SPDX-License-Identifier: BSD-3-Clause
 *
 * QDIAG_API marks what libqdiag exports; everything else is hidden. */
#ifndef QDIAG_EXPORT_H
#define QDIAG_EXPORT_H

#if defined(__GNUC__)
#define QDIAG_API __attribute__((visibility("default")))
#else
#define QDIAG_API
#endif

#endif
