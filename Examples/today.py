"""Writes the demonstration's files as if the day that they tell of were today.

    today.py FOLDER [DAY]     FOLDER: for the files; DAY: another today, as 2026-11-22

The files in Examples/demo tell of 15 July 2026: a plan overdue by forty days, a number untested for 181.
Read on another day they would tell of something else. Days keep their distance to today, months,
quarters and weeks theirs to the month, quarter and week of today; words that name them follow."""
import csv, datetime, os, re, sys

TOLD = datetime.date(2026, 7, 15)
FILES = os.path.join(os.path.dirname(os.path.abspath(__file__)), "demo")
NAMES = ("janvier février mars avril mai juin juillet août septembre octobre novembre décembre").split()


class Shift:
    def __init__(self, today):
        self.today = today
        self.days = today - TOLD
        self.months = (today.year - TOLD.year) * 12 + today.month - TOLD.month

    def month(self, year, month):
        count = int(year) * 12 + int(month) - 1 + self.months
        return count // 12, count % 12 + 1

    def quarter(self, year, quarter):
        """A quarter goes with its middle month."""
        year, month = self.month(year, int(quarter) * 3 - 1)
        return year, (month + 2) // 3

    def week(self, year, week):
        """A week goes with its Thursday, by whole weeks."""
        thursday = datetime.date.fromisocalendar(int(year), int(week), 4)
        return (thursday + round(self.days.days / 7) * datetime.timedelta(7)).isocalendar()[:2]

    def text(self, text):
        def day(found):
            return (datetime.date.fromisoformat(found[0]) + self.days).isoformat()

        def named(found):
            year, month = self.month(found[2], NAMES.index(found[1]) + 1)
            return f"{NAMES[month - 1]} {year}"

        for form, replace in [
            (r"\b\d{4}-\d\d-\d\d(?!\d)", day),
            (r"\b(\d{4})-W(\d\d)\b", lambda m: "%d-W%02d" % self.week(m[1], m[2])),
            (r"\b(\d{4})Q([1-4])\b", lambda m: "%dQ%d" % self.quarter(m[1], m[2])),
            (r"\b(\d{4})-T([1-4])\b", lambda m: "%d-T%d" % self.quarter(m[1], m[2])),
            (r"(?<!-)\bT([1-4])\b", lambda m: "T%d" % self.quarter(TOLD.year, m[1])[1]),
            (r"\b(semaine |S)(\d\d)\b", lambda m: m[1] + str(self.week(TOLD.year, m[2])[1])),
            (rf"\b({'|'.join(NAMES)}) (\d{{4}})\b", named),
            (r"\b([A-Z]{3,})-2026\b", lambda m: f"{m[1]}-{self.today.year}"),
        ]:
            text = re.sub(form, replace, text)
        return text

    def cell(self, column, text):
        if column == "period" and (found := re.fullmatch(r"(\d{4})(-?)(\d\d)", text)):
            year, month = self.month(found[1], found[3])
            return f"{year}{found[2]}{month:02}"
        return text if column == "pcode_version" else self.text(text)


def write(folder, today):
    shift = Shift(today)
    os.makedirs(folder, exist_ok=True)
    for name in sorted(os.listdir(FILES)):
        with open(os.path.join(FILES, name), newline="", encoding="utf-8") as file:
            head, *rows = csv.reader(file, delimiter=";")
        with open(os.path.join(folder, name), "w", newline="", encoding="utf-8") as file:
            out = csv.writer(file, delimiter=";")
            out.writerow(head)
            out.writerows([shift.cell(*pair) for pair in zip(head, row)] for row in rows)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3) or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    given = datetime.date.fromisoformat(sys.argv[2]) if len(sys.argv) == 3 else None
    write(sys.argv[1], given or datetime.datetime.now(datetime.timezone.utc).date())
