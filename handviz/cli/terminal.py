"""Text and tables on a terminal."""

from collections.abc import Iterable, Sequence


def plain(text: object) -> str:
    """Text on one line; characters that would steer the terminal, as a file from outside may hold, are made visible."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in " ".join(str(text).split()))


def table(rows: Iterable[Sequence[object]], right: Sequence[int] = ()) -> str:
    """Rows as aligned columns, the numbered columns to the right."""
    cells = [[plain(value) for value in row] for row in rows]
    if not cells:
        return ""
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    lines = (
        "  ".join(text.rjust(width) if column in right else text.ljust(width)
                  for column, (text, width) in enumerate(zip(row, widths, strict=True))).rstrip()
        for row in cells
    )  # fmt: skip
    return "\n".join(lines)
