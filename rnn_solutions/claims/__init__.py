"""Every numbered equation of the site as a statement that a machine checks.

One module holds the claims of one page. `claim` registers one, `judge` runs it, and
``python -m rnn_solutions.claims`` runs them all.
"""

try:
    import sympy  # noqa: F401 - only to say what is missing before any claim needs it
except ImportError as error:
    raise ImportError("the claims need SymPy: install rnn-solutions[claims]") from error

# isort: off
# Importing a module registers its claims, in the order of the pages.
from rnn_solutions.claims import (  # noqa: F401
    jacobian_of_a_dense_layer,
    backpropagation_through_time,
    expansion_for_three_steps,
    powers_by_eigendecomposition,
    thirtieth_power,
    what_the_gates_do,
    which_quantities_are_positive,
    gradient_along_the_cell_state,
    when_eigenvalues_mislead,
    the_whole_jacobian_of_the_lstm,
    the_gru_beside_them,
    five_remedies,
    learn_across_a_gap,
    map_your_own_network,
    from_here_on,
    findings,
)

# isort: on
from rnn_solutions.claims.judging import Verdict, judge
from rnn_solutions.claims.registry import CLAIMS, Claim, claim
from rnn_solutions.claims.symbolic import proved
from rnn_solutions.sheet.comparisons import assume, at_most, below, equal

__all__ = ["CLAIMS", "Claim", "Verdict", "assume", "at_most", "below", "claim", "equal", "judge", "proved"]
