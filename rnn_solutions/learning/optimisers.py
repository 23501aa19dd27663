r"""What an update makes of a gradient: Adam, and clipping before it.

Parameters and gradients are mappings from a name to an array.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from rnn_solutions._frozen import Frozen
from rnn_solutions._validation import (
    Array,
    as_array,
    finite,
    float_array,
    mapping,
    positive,
    real_array,
    real_number,
    unwarned,
)

Arrays = dict[str, Array]


def clip_by_norm(gradients: Mapping[str, Array], limit: float) -> tuple[Arrays, float]:
    r"""Return the gradients, shortened together when their norm exceeds the limit, and the norm they had.

    .. math:: \hat g = \min\Bigl( 1, \frac{c}{\lVert g \rVert} \Bigr)\, g

    The norm is that of all entries of all arrays taken as one vector, so that its direction stays.

    Parameters
    ----------
    gradients : mapping of str to ndarray
        The gradient by each parameter.
    limit : float
        The c of the equation, above 0, in the unit of the gradients.

    Returns
    -------
    clipped : dict of str to ndarray
        New arrays by the same names.
    norm : float
        The norm before.

    Raises
    ------
    ValueError
        If a gradient is not real and finite, there is none, or the limit is not above 0.

    References
    ----------
    Pascanu, Mikolov and Bengio, On the difficulty of training recurrent neural networks, ICML (2013),
    1310-1318, algorithm 1.

    Examples
    --------
    >>> clip_by_norm({"W": np.array([[3.0]]), "b": np.array([4.0])}, limit=1.0)
    ({'W': array([[0.6]]), 'b': array([0.8])}, 5.0)
    """
    norm, limit = gradient_norm(gradients), positive("limit", limit)
    given = {name: as_array(name, array) for name, array in gradients.items()}
    if norm <= limit:
        return {name: 1.0 * array for name, array in given.items()}, norm
    # Each entry is divided first: the factor c / |g| itself may be no normal number, and lose its digits.
    clipped = {name: limit * (array / np.float64(norm)) for name, array in given.items()}
    return {name: array.astype(np.result_type(given[name], 1.0)) for name, array in clipped.items()}, norm


def gradient_norm(gradients: Mapping[str, Array]) -> float:
    """Return the 2-norm of all entries of all arrays, at least one, taken as one vector."""
    if not mapping("gradients", gradients):
        raise ValueError("gradients must hold at least one array, got none")
    given = [real_array(f"the gradient by {name}", array) for name, array in gradients.items()]
    largest = max(float(np.abs(array).max()) for array in given)
    if not largest:
        return 0.0
    # In units of the largest entry, so that squares neither overflow nor vanish.
    shape = sum(float(np.sum((array / largest) ** 2)) for array in given) ** 0.5
    with unwarned():
        return float(finite(np.asarray(largest) * shape, "the norm of the gradient"))


@dataclass(frozen=True, eq=False)
class Adam(Frozen):
    r"""Gradient descent whose step in each parameter is measured in that parameter's usual gradient.

    .. math::

       m &\leftarrow \beta_1 m + (1 - \beta_1)\, g, \\
       v &\leftarrow \beta_2 v + (1 - \beta_2)\, g^2, \\
       \theta &\leftarrow \theta - \eta\,
       \frac{m / (1 - \beta_1^u)}{\sqrt{v / (1 - \beta_2^u)} + \varepsilon}

    in update :math:`u = 1, 2, \dots`, entry by entry; :math:`m` and :math:`v` begin at zero. It remembers
    them from one call of `update` to the next, so each training needs its own. A copy remembers what it was
    copied with; with another rate, ``dataclasses.replace(optimiser, rate=...)``, it begins anew.

    Parameters
    ----------
    rate : float
        The :math:`\eta` of the equation, above 0: about how far a step goes in every parameter.
    beta_1, beta_2 : float
        How much of the running means an update keeps, at least 0 and below 1.
    epsilon : float
        At least 1e-18, in the unit of the gradients: beside less, squares of gradients that leave the range
        of floats would be missed.

    Raises
    ------
    ValueError
        If a value is out of its range; from `update`, if the names or shapes of the gradients are not those
        of the parameters, or if a number is not real and finite or overflows.

    References
    ----------
    Kingma and Ba, Adam: a method for stochastic optimization, ICLR (2015).

    Examples
    --------
    The first step has the length of the rate, however small the gradient:

    >>> Adam(rate=0.1).update({"b": np.array([1.0])}, {"b": np.array([0.002])})["b"].round(5)
    array([0.9])
    """

    rate: float = 1e-3
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8
    _updates: int = field(default=0, init=False, repr=False)
    _first: Arrays = field(default_factory=dict, init=False, repr=False)
    _second: Arrays = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        checked = {name: positive(name, getattr(self, name)) for name in ("rate", "epsilon")}
        if checked["epsilon"] < 1e-18:
            raise ValueError(f"epsilon must be at least 1e-18, got {self.epsilon!r}")
        for name in ("beta_1", "beta_2"):
            checked[name] = real_number(name, getattr(self, name))
            if not 0 <= checked[name] < 1:
                raise ValueError(f"{name} must be at least 0 and below 1, got {checked[name]!r}")
        vars(self).update(checked)

    def update(self, parameters: Mapping[str, Array], gradients: Mapping[str, Array]) -> Arrays:
        """Return the parameters after one step, as new arrays, and remember the running means."""
        thetas, slopes = _matched(parameters, gradients)
        if self._updates:
            _matched(self._first, slopes)
        updates = self._updates + 1
        rest_1, rest_2 = 1 - self.beta_1**updates, 1 - self.beta_2**updates
        new, first, second = {}, {}, {}
        with unwarned():
            for name, theta in thetas.items():
                g = slopes[name]
                m = self.beta_1 * self._first.get(name, 0.0) + (1 - self.beta_1) * g
                v = self.beta_2 * self._second.get(name, 0.0) + (1 - self.beta_2) * g**2
                # An infinite mean would divide every later step to nothing, and nobody would notice.
                first[name], second[name] = m, finite(v, f"the mean square of the gradient by {name}")
                # The quotient is near one; the rate times a mean alone could leave the range of floats.
                move = self.rate * ((m / rest_1) / (np.sqrt(v / rest_2) + self.epsilon))
                new[name] = finite(theta - move, f"{name} after the update")
        vars(self).update(_updates=updates, _first=first, _second=second)  # all that ever changes
        return new


def _matched(parameters: Mapping[str, Array], gradients: Mapping[str, Array]) -> tuple[Arrays, Arrays]:
    """Return both as arrays, or raise a ValueError unless each parameter has a gradient of its shape."""
    shapes, given = (
        {name: as_array(f"{what}[{name!r}]", array).shape for name, array in mapping(what, arrays).items()}
        for what, arrays in (("parameters", parameters), ("gradients", gradients))
    )
    if shapes != given:
        raise ValueError(f"gradients must have the shapes {shapes}, got {given}")
    return (
        {name: float_array(name, array, shapes[name], copy=False) for name, array in parameters.items()},
        {
            name: float_array(f"the gradient by {name}", array, shapes[name], copy=False)
            for name, array in gradients.items()
        },
    )
