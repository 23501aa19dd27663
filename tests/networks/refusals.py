"""How tests of every wing say what is refused."""

from operator import call

import pytest


def refuses(*cases, by=call):
    """Return a test that bad input is named; a case ends with how the message begins.

    Before it stand a function and its arguments, or those of the one function that all cases are about.
    """

    # No ids of its own: pytest escapes those once more in a second run of one process, as mutmut makes.
    @pytest.mark.parametrize(("given", "message"), [(case[:-1], case[-1]) for case in cases])
    def test(given, message):
        with pytest.raises(ValueError, match=f"^{message}"):
            by(*given)

    return test
