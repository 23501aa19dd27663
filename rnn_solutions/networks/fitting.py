"""Make a network of weights of another library, and tell by its effect whether their layout is right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from itertools import permutations, product
from typing import Any

import numpy as np

from rnn_solutions._validation import Array, choice, flag, float_array, spelled, unwarned
from rnn_solutions.networks.layouts import KINDS, LAYOUTS, ORDERS, Convention, Source, Stacked, read

# Of the largest entry: single precision is off by some 1e-6 over some hundred steps, and a wrong order of the
# gates by 1e-2 and more.
TOLERANCE = 1e-4
FEW = 8  # steps by which most orders are ruled out

Make = Callable[[dict[str, Array], dict[str, Any]], Any]


def network_from(
    make: Make,
    gates: int | None,
    arrays: Any,
    layout: str,
    where: tuple[str, bool | None],
    order: str | None,
    effect: tuple[Any, Any],
    arguments: dict[str, Any],
) -> Any:
    """Return the network of some arrays, or raise a ValueError if it does not do what is known of it.

    `make` makes a network of arrays and of other arguments by name, `where` is a prefix and a direction, and
    `effect` an input with the library's output, or two times None.
    """
    if gates not in KINDS:
        raise ValueError("from_weights reads an RNN, an LSTM or a GRU, and was called on a class of your own")
    if (effect[0] is None) != (effect[1] is None):
        raise ValueError("x and output must be given together, or neither")
    prefix, reverse = where
    source = Source(arrays, prefix, None if reverse is None else flag("reverse", reverse), gates)
    stacked, convention = read(source, choice("layout", layout, LAYOUTS))
    if gates == 3:
        reset = arguments.get("reset") or stacked.reset or convention.reset
        convention = replace(convention, reset=reset)
    if order is not None:
        convention = replace(convention, order=_order(order, gates))
    net = _made(make, stacked, convention, arguments)
    if effect[0] is None:
        return net
    x, output = _effect(net, *effect)
    off, at = _distance(net, x, output)
    if off <= TOLERANCE:
        return net
    readings = {layout: stacked} | _other_readings(source, layout)
    fitting = sorted(
        _fitting(make, readings, x, output, arguments),
        key=lambda one: (_rank(one[1], one[2], layout, convention), one[0]),
    )
    what = "nor does any other order of the gates" if gates > 1 else "nor does any other layout"
    if fitting:
        what = f"what fits is {_described(fitting[0][1], fitting[0][2], layout, convention)}"
    raise ValueError(
        f"layout {layout!r}{_gates_of(convention)} does not give this output: h is off by {off:.2g} of its "
        f"largest entry{at}; {what}"
    )


def _order(order: Any, gates: int) -> str:
    """Return an order of gates if it names each of them once, or raise a ValueError."""
    if not isinstance(order, str) or sorted(order) != sorted(ORDERS[gates]):
        raise ValueError(
            f"order must name each gate of the {KINDS[gates]} once, as {ORDERS[gates]!r} does, "
            f"got {spelled(order)}"
        )
    return order


def _made(make: Make, stacked: Stacked, convention: Convention, arguments: dict[str, Any]) -> Any:
    """Return the network of stacked weights that mean this."""
    implied = {1: {"activation": "tanh"}, 3: {"reset": convention.reset}, 4: {}}[len(convention.order)]
    return make(stacked.arranged(convention), implied | arguments)


def _effect(net: Any, x: Any, output: Any) -> tuple[Array, Array]:
    """Return an input and the output that is known of it, all its steps or the last alone."""
    run = net.forward(x)
    return run.x, float_array("output", output, run.h.shape, run.h.shape[1:])


def _distance(net: Any, x: Array, output: Array) -> tuple[float, str]:
    """Return how far h is from what is known, relative to the largest entry, and where that begins."""
    h = net.forward(x).h
    with unwarned():
        off = np.abs((h if output.ndim == h.ndim else h[-1]) - output) / (np.abs(output).max() or 1.0)
    if output.ndim < h.ndim:
        return float(off.max()), ""
    far = np.flatnonzero(off.reshape(len(h), -1).max(axis=1) > TOLERANCE)
    return float(off.max()), f", first at step {far[0]}" if len(far) else ""


def _other_readings(source: Source, layout: str) -> dict[str, Stacked]:
    """Return the weights as each other layout reads them that finds its names and shapes."""
    found = {}
    for other in LAYOUTS:
        if other != layout:
            with suppress(ValueError):
                found[other], _ = read(source, other)
    return found


def _conventions(gates: int) -> Iterator[Convention]:
    """Yield all that the arrays of a layer may mean, those of the layouts first."""
    known = list(
        dict.fromkeys(one.conventions[gates] for one in LAYOUTS.values() if gates in one.conventions)
    )
    yield from known
    orders = ["".join(order) for order in permutations(ORDERS[gates])]
    resets, renewing = (("after", "before"), (False, True)) if gates == 3 else (("",), (False,))
    for order, reset, renews, forget in product(
        orders, resets, renewing, (0.0, 1.0) if gates == 4 else (0.0,)
    ):
        one = Convention(order, reset, forget, renews)
        if one not in known:
            yield one


def _fitting(
    make: Make, readings: dict[str, Stacked], x: Array, output: Array, arguments: dict[str, Any]
) -> Iterator[tuple[float, str, Convention]]:
    """Yield what gives the output: how far off it is, whose reading and which meaning of the arrays."""
    others = {name: value for name, value in arguments.items() if name != "reset"}
    is_long = output.ndim == x.ndim and len(x) > FEW
    for name, stacked in readings.items():
        gates = len(stacked.W_hh) // stacked.W_hh.shape[1]
        for convention in _conventions(gates):
            try:
                net = _made(make, stacked, convention, others)
                if is_long and _distance(net, x[:FEW], output[:FEW])[0] > TOLERANCE:
                    continue
                off, _ = _distance(net, x, output)
            except ValueError:  # it overflows
                continue
            if off <= TOLERANCE:
                yield off, name, convention


def _gates_of(convention: Convention) -> str:
    """Say in which order the gates are, and where that of the reset acts."""
    reset = f", reset {convention.reset}" if convention.reset else ""
    order = f"gates in the order {' '.join(convention.order)}" if len(convention.order) > 1 else ""
    return f" ({order}{reset})" if order else ""


def _rank(name: str, convention: Convention, asked: str, own: Convention) -> int:
    """Return 0 for what an order of the layout asked for says, 1 for another layout, 2 for neither."""
    if name == asked:
        return 0 if (convention.renews, convention.forget) == (own.renews, own.forget) else 2
    return 1 if LAYOUTS[name].conventions[len(convention.order)] == convention else 2


def _described(name: str, convention: Convention, asked: str, own: Convention) -> str:
    """Say which reading and meaning fit, and which layouts have that meaning."""
    gates = len(convention.order)
    alike = [key for key, one in LAYOUTS.items() if one.conventions.get(gates) == convention]
    if name in alike and name != asked:
        return f"layout={name!r}{_gates_of(convention)}"
    told = [f"layout={name!r}"] if name != asked else []
    told += [f"order={convention.order!r}"] + ([f"reset={convention.reset!r}"] if convention.reset else [])
    if convention.renews != own.renews:
        told += [f"with an update gate that says how much is {'new' if convention.renews else 'kept'}"]
    if convention.forget != own.forget:
        told += [f"with {convention.forget:g} added to the bias of the forget gate"]
    return ", ".join(told) + (f", as in {', '.join(alike)}" if alike else "")
