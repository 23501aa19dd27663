"""Claims of 2(a): the sum written out for T = 3."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import sympy

from rnn_solutions._validation import Array
from rnn_solutions.claims.meanings import of_gradient, of_network
from rnn_solutions.claims.registry import by_complex_step, in_fractions
from rnn_solutions.formulas.evaluating import Evaluation, Meaning
from rnn_solutions.formulas.pages import formulas
from rnn_solutions.formulas.symbolic import proved
from rnn_solutions.formulas.tree import read, read_one
from rnn_solutions.formulas.values import Row
from rnn_solutions.gradients.expansion import expand
from rnn_solutions.sheet.comparisons import Comparison, equal
from rnn_solutions.sheet.drawn_networks import NETWORK, PlainRNN, derivative

THREE = NETWORK.replace("T from 0 to 4", "T = 3")


@cache
def _written_by_the_package() -> Comparison:
    """Say whether the package writes the sum as the page does."""
    page, package = (
        read(tex) for tex in (formulas()["eq-three-steps-in-full"], expand(3).latex(products=True))
    )
    return Comparison(float(page != package), str(package[0].chain), str(page[0].chain))


@in_fractions(
    "eq-three-steps-count",
    assumes="T from 0 to 7, and from any T to the next",
    same={
        r"\sum_{t = - 1}": "no k is below 0",
        r"\sum_{t = 1}^{T} \sum_{k = 1}": "no k from 1 on is below 1",
    },
)
def number_of_terms() -> list[Meaning]:
    """The terms form a triangle, with its diagonal if k starts at 0."""
    sides = [statement.chain.parts[1] for statement in read(formulas()["eq-three-steps-count"])]

    def counts(T: Any) -> list[Any]:
        return [Evaluation(Meaning({"T": T}, exact=True))(side) for side in sides]

    T = sympy.Symbol("T")
    more = [now - before for now, before in zip(counts(T), counts(T - 1), strict=True)]
    also = [proved(more[first], T + 1 - first) for first in (0, 1)]  # one term for each k from there to T
    also += [
        equal([len(expand(last, first)) for first in (0, 1)], list(map(int, counts(last))))
        for last in range(8)
    ]
    return [Meaning({"T": last}, exact=True, also=also) for last in range(8)]


@by_complex_step("eq-three-steps-one-unit", assumes=f"{NETWORK}; i and j from 1 to n")
def one_unit_follows_one_weight(rng: np.random.Generator) -> Meaning:
    """Unit i answers to unit j of the step before by its slope times the weight between them."""
    net = PlainRNN.draw(rng)
    t, i, j = net.step_drawn(rng), *(int(unit) for unit in rng.integers(1, net.n, size=2, endpoint=True))
    meant = of_network(net, t=t, i=i, j=j)

    def z_by_h(late: int, early: int) -> Array:
        if late != early + 1:
            raise IndexError(f"step {late} does not follow on step {early}")
        return derivative(lambda h: np.matvec(net.W, h) + net.U @ meant["x"](late), meant["h"](early))

    return Meaning(meant | {r"\partial z/\partial h": z_by_h})


@by_complex_step(
    {
        "eq-three-steps-one-step": "One step back is W with row i scaled by the slope of unit i, for any d.",
        "eq-three-steps-product": "Each step back has a factor with its own slopes, the latest on the left.",
    },
    assumes=NETWORK,
)
def steps_back_are_an_ordered_product(rng: np.random.Generator) -> Meaning:
    """Draw a network and two steps."""
    net = PlainRNN.draw(rng)
    t = net.step_drawn(rng)
    return Meaning(of_network(net, t=t, k=net.step_drawn(rng, t)))


@by_complex_step(
    "eq-three-steps-rows",
    assumes=f"{THREE.replace('n and d', 'n from 6 to 8 and d')}; A solves all six by least squares",
    because="a system of six rows, whose rounding grows with A and is measured against it",
)
def one_matrix_serves_ten_terms_of_one_loss(rng: np.random.Generator) -> Meaning:
    """Six rows have to come out right, which with six units or more one matrix can do for one loss."""
    net = PlainRNN.draw(rng, size=(6, 8), last=(3, 3))
    rows = {(t, k): net.dL_dh[t] @ net.jacobians[t, k] for t in range(4) for k in range(t + 1)}
    t = int(rng.integers(1, 3, endpoint=True))
    k = int(rng.integers(1, t, endpoint=True))
    later = [pair for pair in rows if pair[1] > 0]
    A = np.linalg.lstsq([rows[pair] for pair in later], [rows[t, k - 1] for t, k in later])[0]
    size = max(1.0, float(np.linalg.norm(A, 2)))
    terms = [
        equal(
            np.tensordot(net.dL_dh[t] @ np.linalg.matrix_power(A, t - k), net.immediate[k], axes=1),
            net.losses_by_copy[t, k],
            scale=net.size_of_terms * size**3,
        )
        for t, k in rows
    ]
    names = of_network(net, t=t, k=k) | {"A": A, r"\partial L/\partial h": lambda t, k: Row(rows[t, k])}
    return Meaning(names, scale=net.size_of_loss * size, also=terms)


@by_complex_step("eq-three-steps-in-full", assumes=THREE)
def ten_terms_in_full(rng: np.random.Generator) -> Meaning:
    """The term (t, k) is what the loss of step t says about the W that step k uses, and about no other."""
    net = PlainRNN.draw(rng, last=(3, 3))
    run, meaning = net.packaged(), of_gradient(net)
    one = expand(3)[int(rng.integers(10))]
    truth = net.losses_by_copy[one.t, one.k]
    package = [
        _written_by_the_package(),
        equal(one.value(run, net.dL_dh), truth, scale=net.size_of_terms),
        equal(
            Evaluation(Meaning(meaning))(read_one(one.latex(products=True))), truth, scale=net.size_of_terms
        ),
    ]
    if rng.integers(4) == 0:  # the package's sum takes as long as all the rest
        package.append(equal(expand(3).value(run, net.dL_dh), net.gradient, scale=net.size_of_terms))
    return Meaning(meaning, scale=net.size_of_terms, also=package)
