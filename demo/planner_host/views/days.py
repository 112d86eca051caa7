"""Days in addresses, and instants as somebody says them on a day."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from planner_host.planner import planner_of
from web_base.languages import Language
from web_base.pages import Page


def day_of(text: str, today: date) -> date:
    """Return the day of an address; today where there is none, or one at the end of all calendars."""
    try:
        day = date.fromisoformat(text)
        _ = day - timedelta(days=400), day + timedelta(days=400)
    except (ValueError, OverflowError):
        return today
    return day


def near(page: Page, day: date, when: datetime) -> str:
    """Write an instant as it is said on a day, without a line break: `17:00`, `Do 16:00`, or `12.01., 08:00`."""
    zone, language = planner_of(page).zone, page.language
    there, clock = when.astimezone(zone).date(), language.time(when, zone)
    if there == day:
        return clock
    if abs(there - day) < timedelta(days=7):
        return f"{language.weekday(there, short=True)}\N{NO-BREAK SPACE}{clock}"
    return f"{language.short_day(there)},\N{NO-BREAK SPACE}{clock}"


def brief(language: Language, when: datetime, zone: ZoneInfo) -> str:
    """Write an instant without its year, and without a line break: `Di 22.12., 08:00`."""
    day = when.astimezone(zone).date()
    text = f"{language.weekday(day, short=True)} {language.short_day(day)}, {language.time(when, zone)}"
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def brief_period(language: Language, start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """Write a period: `Di 22.12., 08:00 – Do 24.12., 16:00`; within a day the day once."""
    is_one_day = start.astimezone(zone).date() == end.astimezone(zone).date()
    last = language.time(end, zone) if is_one_day else brief(language, end, zone)
    return f"{brief(language, start, zone)} – {last}"
