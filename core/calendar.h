/*
 * calendar: civil dates and Taipei wall time (UTC+8 all year, no daylight saving since 1980).
 *
 * Unit: a date is int32_t yyyymmdd; 0 is "none". Times are UTC microseconds (core/clock.h).
 * Limits: 1990-01-01 .. 2099-12-31; a moment or a sum of days outside is held at the nearer end. A date handed in must
 * be valid (calendar_date_valid): anything else is a CHECK.
 *
 * Does not know trading days (core/session.h) or other time zones. Errors: of parsing alone; the words name the text
 * and what is allowed. Owner: the caller owns every buffer. Thread: any (pure).
 */
#ifndef CORE_CALENDAR_H
#define CORE_CALENDAR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/err.h"

#define CALENDAR_DATE_MIN  19900101
#define CALENDAR_DATE_MAX  20991231
#define CALENDAR_TEXT_SIZE 32

struct civil {
    int year, month, day; /* 1-based */
    int hour, minute, second;
    int micro;
    int weekday; /* 0 = Sunday */
};

bool calendar_date_valid(int32_t date);
int32_t calendar_add_days(int32_t date, int days);
int calendar_weekday(int32_t date); /* 0 = Sunday */

/* The nth (1-based) weekday of a month: the third Wednesday is (y, m, 3, 3). */
int32_t calendar_nth_weekday(int year, int month, int weekday, int nth);

/* Taipei wall time <-> UTC microseconds. seconds_of_day is 0..86399. */
int64_t calendar_taipei_us(int32_t date, int32_t seconds_of_day);
void calendar_civil(int64_t time_us, struct civil *out);
int32_t calendar_date(int64_t time_us);           /* Taipei date */
int32_t calendar_seconds_of_day(int64_t time_us); /* Taipei, 0..86399 */

/* "2021-07-26" ("-" for 0), "09:03:07", "2021-07-26 09:03:07.123" (Taipei). Return buf; size >= CALENDAR_TEXT_SIZE. */
const char *calendar_format_date(int32_t date, char *buf, size_t size);
const char *calendar_format_time(int64_t time_us, char *buf, size_t size);
const char *calendar_format_stamp(int64_t time_us, char *buf, size_t size);

/* "20210726" or "2021-07-26". ERR_INVALID / ERR_RANGE; *out untouched then. */
enum status calendar_parse_date(const char *text, int32_t *out, struct err *err);

/* "08:45", "08:45:30" or "084530" -> seconds of the day. */
enum status calendar_parse_time(const char *text, int32_t *seconds, struct err *err);

#endif
