"""Every numbered equation of the site as a statement that a machine checks.

One module holds the claims of one page. `claim` registers one, `judge` runs it, and
``python -m rnn_solutions.claims`` runs them all.
"""

from importlib import import_module
from pkgutil import iter_modules

try:
    import sympy  # noqa: F401 - only to say what is missing before any claim needs it
except ImportError as error:
    raise ImportError("the claims need SymPy: install rnn-solutions[claims]") from error

from rnn_solutions.claims.judging import Verdict, judge
from rnn_solutions.claims.registry import CLAIMS, Claim, claim
from rnn_solutions.formulas.symbolic import proved
from rnn_solutions.sheet.comparisons import assume, at_most, below, equal

__all__ = ["CLAIMS", "Claim", "Verdict", "assume", "at_most", "below", "claim", "equal", "judge", "proved"]

for module in iter_modules(__path__, f"{__name__}."):  # importing one registers its claims
    if not module.name.endswith("__main__"):
        import_module(module.name)
