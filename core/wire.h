/*
 * wire: messages to bytes and back, both ways checked.
 *
 * A message is one msgpack array: [WIRE_VERSION, id, field, field, ...] in the table's order (core/msg.h). Any change of
 * the tables is another version (tests/core/test_protocol.c holds them against it), so that processes of before an
 * upgrade are known by the first thing they say, and not by the one command they drop.
 *
 * msgpack-c believes what it reads (lengths of gigabytes, NaN, bad UTF-8, trailing bytes). Here nothing is believed
 * before it is checked: total length <= WIRE_MAX, every count against the bytes left, integers in range, text valid
 * UTF-8, short enough and without NUL, no trailing byte. Decoding allocates nothing.
 *
 * Thread: any. Owner: the caller owns both buffers.
 */
#ifndef CORE_WIRE_H
#define CORE_WIRE_H

#include <stddef.h>
#include <stdint.h>

#include "core/err.h"
#include "core/msg.h"

#define WIRE_VERSION 2
#define WIRE_MAX     8192 /* bytes of the largest message; the sockets' limit is 64 KiB */

/* msg -> bytes. Runs msg_check first. *length gets the bytes written. ERR_FULL when size is too small (WIRE_MAX is
 * always enough). */
enum status wire_encode(const struct msg *msg, uint8_t *bytes, size_t size, size_t *length, struct err *err);

/* bytes -> msg. ERR_INVALID / ERR_RANGE / ERR_VERSION with the message's and field's name; *msg is undefined then. */
enum status wire_decode(const uint8_t *bytes, size_t length, struct msg *msg, struct err *err);

#endif
