"""Every sentence of the site that rests on trainings, with its interval, as a program states it.

One module holds the sentences of one page. They are made of `docs/_data/trainings.npz`, which
``nox -s learn`` writes, and ``nox -s learn -- again`` repeats with other seeds. What is asked, and how it is
judged, was chosen before the seeds were run that the answers rest on.
"""

from importlib import import_module

try:
    import scipy  # noqa: F401 - only to say what is missing
except ImportError as error:
    raise ImportError("what was measured needs SciPy: install rnn-solutions[claims]") from error

from rnn_solutions.measured.sentences import MEASURED, Found, Measured, measure

__all__ = ["MEASURED", "Found", "Measured", "measure"]

for page in ("five_remedies", "learn_across_a_gap", "map_your_own_network"):
    import_module(f"{__name__}.{page}")  # importing one registers its sentences
