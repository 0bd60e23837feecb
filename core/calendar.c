/* calendar: days are counted from 1970-01-01 with Howard Hinnant's civil-date algorithms (days_from_civil,
 * civil_from_days), which need no table and no library time zone: Taipei is a constant. */
#include "core/calendar.h"

#include <stdio.h>
#include <string.h>

#include "core/check.h"
#include "core/clock.h"

#define TAIPEI_US   (8 * INT64_C(3600) * CLOCK_SECOND_US)
#define DAY_SECONDS INT64_C(86400)
#define DAY_US      (DAY_SECONDS * CLOCK_SECOND_US)

static int64_t clamp(int64_t value, int64_t low, int64_t high)
{
    if (value < low) return low;
    return value > high ? high : value;
}

static int64_t days_from_civil(int64_t year, int64_t month, int64_t day)
{
    if (month <= 2) year--;
    const int64_t era = year / 400; /* years here are positive */
    const int64_t year_of_era = year - era * 400;
    const int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    const int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static void civil_from_days(int64_t days, int *year, int *month, int *day)
{
    days += 719468;
    const int64_t era = days / 146097; /* days here are positive */
    const int64_t day_of_era = days - era * 146097;
    const int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    const int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    const int64_t shifted = (5 * day_of_year + 2) / 153; /* month counted from March */
    *day = (int)(day_of_year - (153 * shifted + 2) / 5 + 1);
    *month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
    *year = (int)(year_of_era + era * 400 + (*month <= 2 ? 1 : 0));
}

static int days_in_month(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

static int64_t days_of_date(int32_t date)
{
    CHECK(calendar_date_valid(date));
    return days_from_civil(date / 10000, date / 100 % 100, date % 100);
}

static int32_t date_of_days(int64_t days)
{
    int year, month, day;
    civil_from_days(clamp(days, days_from_civil(1990, 1, 1), days_from_civil(2099, 12, 31)), &year, &month, &day);
    return year * 10000 + month * 100 + day;
}

bool calendar_date_valid(int32_t date)
{
    if (date < CALENDAR_DATE_MIN || date > CALENDAR_DATE_MAX) return false;
    const int month = date / 100 % 100, day = date % 100;
    return month >= 1 && month <= 12 && day >= 1 && day <= days_in_month(date / 10000, month);
}

int32_t calendar_add_days(int32_t date, int days)
{
    return date_of_days(days_of_date(date) + days);
}

int calendar_weekday(int32_t date)
{
    return (int)((days_of_date(date) + 4) % 7); /* 1970-01-01 was a Thursday; days are positive from 1990 on */
}

int32_t calendar_nth_weekday(int year, int month, int weekday, int nth)
{
    CHECK(month >= 1 && month <= 12 && weekday >= 0 && weekday <= 6 && nth >= 1 && nth <= 5);
    const int32_t first = year * 10000 + month * 100 + 1;
    const int ahead = (weekday - calendar_weekday(first) + 7) % 7;
    return calendar_add_days(first, ahead + 7 * (nth - 1));
}

int64_t calendar_taipei_us(int32_t date, int32_t seconds_of_day)
{
    return (days_of_date(date) * DAY_SECONDS + seconds_of_day) * CLOCK_SECOND_US - TAIPEI_US;
}

/* Microseconds of Taipei wall time since 1970-01-01T00:00 there, held inside the calendar's limits. */
static int64_t wall_us(int64_t time_us)
{
    const int64_t low = days_from_civil(1990, 1, 1) * DAY_US;
    const int64_t high = (days_from_civil(2099, 12, 31) + 1) * DAY_US - 1;
    return clamp(time_us, low - TAIPEI_US, high - TAIPEI_US) + TAIPEI_US;
}

void calendar_civil(int64_t time_us, struct civil *out)
{
    const int64_t wall = wall_us(time_us);
    const int64_t days = wall / DAY_US;
    const int64_t rest = wall % DAY_US;
    const int seconds = (int)(rest / CLOCK_SECOND_US);
    civil_from_days(days, &out->year, &out->month, &out->day);
    out->hour = seconds / 3600;
    out->minute = seconds / 60 % 60;
    out->second = seconds % 60;
    out->micro = (int)(rest % CLOCK_SECOND_US);
    out->weekday = (int)((days + 4) % 7);
}

int32_t calendar_date(int64_t time_us)
{
    return date_of_days(wall_us(time_us) / DAY_US);
}

int32_t calendar_seconds_of_day(int64_t time_us)
{
    return (int32_t)(wall_us(time_us) % DAY_US / CLOCK_SECOND_US);
}

const char *calendar_format_date(int32_t date, char *buf, size_t size)
{
    CHECK(size >= CALENDAR_TEXT_SIZE);
    if (date == 0)
        (void)snprintf(buf, size, "-");
    else
        (void)snprintf(buf, size, "%04d-%02d-%02d", date / 10000, date / 100 % 100, date % 100);
    return buf;
}

const char *calendar_format_time(int64_t time_us, char *buf, size_t size)
{
    CHECK(size >= CALENDAR_TEXT_SIZE);
    const int seconds = calendar_seconds_of_day(time_us);
    (void)snprintf(buf, size, "%02d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
    return buf;
}

const char *calendar_format_stamp(int64_t time_us, char *buf, size_t size)
{
    CHECK(size >= CALENDAR_TEXT_SIZE);
    struct civil civil;
    calendar_civil(time_us, &civil);
    (void)snprintf(buf, size, "%04d-%02d-%02d %02d:%02d:%02d.%03d", civil.year, civil.month, civil.day, civil.hour,
                   civil.minute, civil.second, civil.micro / 1000);
    return buf;
}

/* `count` digits at text as a number; -1 when there are fewer. */
static int32_t digits(const char *text, int count)
{
    int32_t value = 0;
    for (int i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9') return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

enum status calendar_parse_date(const char *text, int32_t *out, struct err *err)
{
    const size_t length = text == NULL ? 0 : strnlen(text, CALENDAR_TEXT_SIZE);
    int32_t date = -1;
    if (length == 8) date = digits(text, 8);
    if (length == 10 && text[4] == '-' && text[7] == '-') {
        const int32_t year = digits(text, 4), month = digits(text + 5, 2), day = digits(text + 8, 2);
        if (year >= 0 && month >= 0 && day >= 0) date = year * 10000 + month * 100 + day;
    }
    if (date < 0)
        return err_set(err, ERR_INVALID, "'%.20s' is not a date (like 2021-07-26 or 20210726)",
                       text == NULL ? "" : text);
    if (!calendar_date_valid(date))
        return err_set(err, ERR_RANGE, "'%.20s' is no day of the calendar (allowed 1990-01-01 to 2099-12-31)", text);
    *out = date;
    return ERR_OK;
}

enum status calendar_parse_time(const char *text, int32_t *seconds, struct err *err)
{
    const size_t length = text == NULL ? 0 : strnlen(text, CALENDAR_TEXT_SIZE);
    int32_t hour = -1, minute = -1, second = 0;
    if (length == 6) {
        hour = digits(text, 2), minute = digits(text + 2, 2), second = digits(text + 4, 2);
    } else if ((length == 5 || length == 8) && text[2] == ':') {
        hour = digits(text, 2), minute = digits(text + 3, 2);
        if (length == 8) second = text[5] == ':' ? digits(text + 6, 2) : -1;
    }
    if (hour < 0 || minute < 0 || second < 0)
        return err_set(err, ERR_INVALID, "'%.20s' is not a time (like 08:45 or 08:45:30)", text == NULL ? "" : text);
    if (hour > 23 || minute > 59 || second > 59)
        return err_set(err, ERR_RANGE, "'%.20s' is no time of day (allowed 00:00:00 to 23:59:59)", text);
    *seconds = hour * 3600 + minute * 60 + second;
    return ERR_OK;
}
