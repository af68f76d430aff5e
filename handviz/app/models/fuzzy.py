"""Finding a command by a few letters of it."""

WORD_START, CONSECUTIVE, GAP = 8.0, 5.0, 0.2


def match(query: str, text: str) -> float | None:
    """How well text answers query, the more the better; None where its letters do not occur in their order.

    Letters at the beginnings of words and letters in a row count most; the case does not matter, nor do blanks.
    """
    letters = [letter for letter in query.casefold() if not letter.isspace()]
    if not letters:
        return 0.0
    text = text.casefold()
    # best[i]: the best score of the letters so far, the last of them at position i of the text.
    best: dict[int, float] = {}
    for number, letter in enumerate(letters):
        following: dict[int, float] = {}
        for place, candidate in enumerate(text):
            if candidate != letter:
                continue
            own = 1.0 + (WORD_START if place == 0 or not text[place - 1].isalnum() else 0.0)
            if number == 0:
                following[place] = own - GAP * place
                continue
            reached = [
                score + (CONSECUTIVE if before == place - 1 else -GAP * (place - before - 1))
                for before, score in best.items()
                if before < place
            ]
            if reached:
                following[place] = own + max(reached)
        if not following:
            return None
        best = following
    return max(best.values()) - 0.01 * len(text)


def ranked(query: str, texts: list[str]) -> list[int]:
    """Indices of the texts that answer the query, the best first; equal ones keep their order."""
    scores = [match(query, text) for text in texts]
    found = [index for index, score in enumerate(scores) if score is not None]
    return sorted(found, key=lambda index: -scores[index])
