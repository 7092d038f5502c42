/* SPDX-License-Identifier: BSD-3-Clause */
#ifndef QD_FRAME_CRC16_H
#define QD_FRAME_CRC16_H

#include <stddef.h>
#include <stdint.h>

/* CRC-16/X-25: reflected 0x8408, initial and final 0xFFFF; "123456789" gives 0x906E. */
uint16_t qd_crc16(const uint8_t *p, size_t n);

#endif
