/*
 * json: any message as a JSON object, from its field table (core/msg.h).
 *
 * Keys are field names in the table's order. Prices are decimal numbers of points and money decimal numbers of NT$
 * (17410, 17410.5), times ISO 8601 in Taipei time ("2021-07-26T09:03:07.123456+08:00"), dates "2021-07-26", enums their
 * names, arrays arrays. What is not there (time 0, date 0, an enum's "-") is null. Secrets are left out.
 *
 * Does not read JSON. Unit: as each field. Owner: the caller owns what it is handed (json_decref). Thread: any.
 */
#ifndef TUI_CLI_JSON_H
#define TUI_CLI_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "core/msg.h"

#define JSON_TIME_SIZE 40

json_t *json_from_msg(const struct msg *msg);
json_t *json_from_field(const struct msg *msg, const struct field *field);

/* A price or an amount: an integer when it is whole, so that it is exact at any size. */
json_t *json_decimal(int64_t value);
/* A time; null for 0. */
json_t *json_time(int64_t time_us);
json_t *json_date(int32_t date);

/* "2021-07-26T09:03:07.123456+08:00" into buf (size >= JSON_TIME_SIZE); returns buf. */
const char *json_format_time(int64_t time_us, char *buf, size_t size);

/* One line and its end. false: it could not be written. */
bool json_write_line(FILE *out, const json_t *value);

#endif
