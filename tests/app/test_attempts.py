from handviz.app.attempts import attempt
from handviz.errors import InputError


def _raising(error: BaseException):
    def work() -> None:
        raise error

    return work


def test_work_that_succeeds_has_no_sentence() -> None:
    assert attempt(lambda: 3, "no memory", "It failed") == (3, None)


def test_every_failure_is_a_sentence(capsys) -> None:
    assert attempt(_raising(InputError("a.jpg is no photo.")), "no memory", "It failed") == (None, "a.jpg is no photo.")
    assert attempt(_raising(MemoryError()), "Ask for less.", "It failed") == (None, "Ask for less.")
    assert capsys.readouterr().err == ""
    _, sentence = attempt(_raising(ZeroDivisionError("by zero")), "no memory", "It failed")
    assert sentence == "It failed (by zero); details are in the terminal."
    assert "ZeroDivisionError" in capsys.readouterr().err
