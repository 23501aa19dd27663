"""Every label in a figure of a page names what is drawn: read back, and held against numbers made anew.

Each page's cells are run up to its last figure. What a figure should show stands here by its name: for each
panel the texts at its axes, and for each name in it what that name means, computed from what the page has.
A curve that changed places with another, or a label that says something else, no longer agrees.
"""

import io
import re
from collections import Counter
from contextlib import redirect_stdout
from fractions import Fraction
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter

from rnn_solutions import (
    LSTM,
    LSTM_WAYS,
    draw_lstm,
    draw_rnn,
    gradient_map,
    matrix_power_exact,
    pseudospectral_level,
)
from rnn_solutions.figures import style
from rnn_solutions.sheet import findings

DOCS = Path(__file__).parents[2] / "docs"
CELL = re.compile(r"(?m)^`{3,}\{code-cell\}.*\n(?:---\n((?:.*\n)*?)---\n)?(?::.*\n)*((?:.*\n)*?)`{3,}$")
FIGURE = re.compile(r"figure:\s*\n\s+name: (\S+)")
# Their arrows are read back in tests/figures/test_diagrams.py.
DIAGRAMS = {"fig-unrolled", "fig-lstm-cell", "fig-two-steps"}
RTOL, ATOL = 1e-6, 1e-7  # gates are drawn to seven places; most is the same but for rounding
norm, power = np.linalg.norm, np.linalg.matrix_power


# -- What is drawn -------------------------------------------------------------------------------------------


def panel(ax):
    """Return what is seen in axes: the texts around them, and by name what is drawn in the name's colour."""
    legends = [legend for legend in (ax.get_legend(), *ax.figure.legends) if legend]
    entries = [entry for one in legends for entry in zip(one.get_lines(), one.get_texts(), strict=True)]
    names = {text.get_text(): to_rgb(line.get_color()) for line, text in entries}
    names |= {text.get_text(): colour(text) for text in ax.texts if text.get_text()}
    curves = {
        name: [line.get_xydata() for line in ax.lines if shade in shades(line) and len(line.get_xdata())]
        for name, shade in names.items()
    }
    named = rows(ax, names)
    bars = [image.colorbar for image in ax.images if image.colorbar]
    return SimpleNamespace(
        x=ax.get_xlabel(),
        y=ax.get_ylabel(),
        title=ax.get_title() + ax.get_title(loc="left"),
        bar=next((bar.ax.get_ylabel() + bar.ax.get_xlabel() for bar in bars), ""),
        curves={name: found for name, found in curves.items() if found and not named},
        rows=named,
        image=next((np.ma.filled(image.get_array(), np.nan) for image in ax.images), None),
        heights=[patch.get_height() for patch in ax.patches if isinstance(patch, Rectangle)],
        places={text.get_text(): text.xy for text in ax.texts if hasattr(text, "xy")},
        lines=[line.get_xydata() for line in ax.lines],
        corner="".join(text.get_text() for text in ax.texts if text.get_transform() is ax.transAxes),
    )


def colour(text):
    """Return the colour of a text, or of the line that leads from it."""
    arrow = getattr(text, "arrow_patch", None)
    return to_rgb(arrow.get_edgecolor() if arrow else text.get_color())


def shades(line):
    """Return the colours that stand for a line: its own, and that of letters."""
    return to_rgb(line.get_color()), to_rgb(style.for_text(line.get_color()))


def rows(ax, names):
    """Return each row's name with what stands in it by the names of colours; hollow marks are zeros."""
    if not isinstance(ax.yaxis.get_major_formatter(), FuncFormatter):
        return []
    found = {tick: {} for tick in ax.get_yticks()}
    for line in ax.lines:
        name = next((name for name, shade in names.items() if shade in shades(line)), "")
        for x, y in line.get_xydata():
            if round(y) in found and line.get_marker() not in ("None", "<", ">"):
                at_zero = line.get_markerfacecolor() == "none"
                found[round(y)].setdefault(name, []).append(0.0 if at_zero else x)
    return [*zip([label.get_text() for label in ax.get_yticklabels()], found.values(), strict=True)]


@cache
def drawn(page):
    """Run a page up to its last figure; return by figure its panels and what the page had then."""
    cells = CELL.findall((DOCS / page).read_text(encoding="utf-8"))
    last = max(number for number, (header, _) in enumerate(cells) if FIGURE.search(header))
    names, found = {"__name__": "page"}, {}
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(io.StringIO()):
        patch.chdir((DOCS / page).parent)
        for header, code in cells[: last + 1]:
            exec(compile(code, page, "exec"), names)
            if figure := FIGURE.search(header):
                panels = [panel(ax) for ax in plt.gcf().axes if ax.axison and ax.get_label() != "<colorbar>"]
                found[figure[1]] = panels, SimpleNamespace(**names)
            plt.close("all")
    return found


def figures():
    """Return every page that draws, with the name of each of its figures."""
    pages = {
        page.relative_to(DOCS).as_posix(): page.read_text(encoding="utf-8") for page in DOCS.rglob("*.md")
    }
    return [
        (page, found[1])
        for page, text in sorted(pages.items())
        for header, _ in CELL.findall(text)
        if (found := FIGURE.search(header))
    ]


# -- What it should be ---------------------------------------------------------------------------------------


def over(x, curves):
    """Return curves over the same places, by name; a name may have several."""
    return {name: [np.transpose([x, one]) for one in np.atleast_2d(y)] for name, y in curves.items()}


def powers(matrices, last):
    """Return the norms of the powers 0 to last, by name."""
    return {name: [norm(power(M, n), 2) for n in range(last + 1)] for name, M in matrices.items()}


def level(at, name=None):
    """Return the name and the curve of a level, which is drawn in decades where it is its own name."""
    y = np.log10(at) if name is None else at
    return name or f"{at:g}", [np.array([[0, y], [1, y]])]


def terms(net, run, dL_dh):
    """Return the norm of each term, that of a product of a column and a row; NaN above the diagonal."""
    found = np.full((run.T + 1, run.T + 1), np.nan)
    for t in range(run.T + 1):
        for k in range(t + 1):
            column = dL_dh[t] @ net.jacobian(run, t, k) * run.slope[k]
            found[t, k] = norm(column) * norm(run.h[k - 1] if k else run.h_init)
    return found


NORM = r"$\|\cdot\|$"
TERM = r"$\|\dfrac{\partial L_t}{\partial h_t}\,\dfrac{\partial h_t}{\partial h_k}\,"
TERM += r"\dfrac{\partial^+ h_k}{\partial W}\|$"
LOG_TERM = r"$\log_{10}\,$norm of the term $(t, k)$"
LOG_SHARE = {"x": "$t - k$", "y": r"$\log_{10}\,$share"}
LOG_ARRIVING = LOG_SHARE | {"y": r"$\log_{10}\,\alpha$"}


def stored(p, symbol, kind, field):
    """Return the stored costs over the sizes, by what was timed and the power that it grows by."""
    curves = {}
    for one in p.growth:
        if one["over"] == {"$T$": "steps", "$n$": "n"}[symbol] and kind in one["name"]:
            growth = np.polyfit(np.log(one["sizes"][-3:]), np.log(one[field][-3:]), 1)[0]
            name = rf"{one['name'].partition(',')[0]} ${symbol.strip('$')}^{{{growth:.1f}}}$"
            curves |= over(one["sizes"], {name: one[field]})
    return curves


def fig_cost_growth(p):
    return [
        {
            "x": x if field == "bytes" else "",
            "y": y if x == "$T$" else "",
            "curves": stored(p, x, "pass", field),
        }
        for field, y in (("seconds", "time / s"), ("bytes", "memory / bytes"))
        for x in ("$T$", "$n$")
    ]


def fig_cost_growth_terms(p):
    names = {"$T$": "time / s", "$n$": ""}
    return [{"x": x, "y": y, "curves": stored(p, x, "term norms", "seconds")} for x, y in names.items()]


def fig_fades_and_stays(p):
    """Know that a square's area is the share, and the norm of a Jacobian over that of the identity is one."""
    panels = []
    for name, net in {"RNN": draw_rnn(16, 1, 0), "LSTM": draw_lstm(16, 1, 0, forget_bias=3.0)}.items():
        norms = np.linalg.norm(net.jacobians(net.forward(p.x)), axis=(-2, -1))
        shares = np.exp(np.log(norms[np.tril_indices(13)]).mean(axis=-1)) / norms[0, 0, 0]
        panels.append({"x": "$k$", "y": "$t$" if name == "RNN" else "", "heights": 0.92 * shares**0.5})
    return panels


def fig_remedies_start(p):
    nets = {
        "tanh": draw_rnn(*p.size, 0),
        "tanh, orth.": draw_rnn(*p.size, 0, "orthogonal"),
        "relu, $I$": draw_rnn(*p.size, 0, "identity", "relu"),
        "LSTM": draw_lstm(*p.size, 0),
        "LSTM, $+3$": draw_lstm(*p.size, 0, forget_bias=3.0),
    }
    shares = {name: 10 ** gradient_map(net, p.x, np.ones_like).shares[:, 1] for name, net in nets.items()}
    return [{"x": "$t - k$", "y": "share", "curves": over(np.arange(40), shares)}]


def fig_optimiser_after_one(p):
    j, curves = np.arange(6000), {}
    for name, R, beta in (
        (r"$\beta_2 = 0.999$", 1000, 0.999),
        (r"$\beta_2 = 0.99$", 1000, 0.99),
        ("clipped", 10, 0.999),
    ):
        part_1, part_2 = ((1 - b) * b**j / (1 - b ** (4001 + j)) for b in (0.9, beta))
        curves[name] = (1 + (R - 1) * part_1) / np.sqrt(1 + (R**2 - 1) * part_2)
    return [{"x": "$j$", "y": "step", "curves": over(j, curves)}]


def fig_remedies_outcomes(p):
    clipped = "relu, identity, clipped"
    rows = [
        *(("no", "tanh"), ("yes", "tanh, clipped"), ("no ", "relu, identity"), ("yes ", clipped)),
        (r"$\beta_2 = 0.9$", "relu, identity, beta_2 = 0.9"),
        ("warm-up", "relu, identity, warm-up"),
        (r"$\eta = 0.003$", "relu, identity, rate 0.003"),
        *(("$+0$", "LSTM"), ("$+1$", "LSTM, forget bias + 1"), ("$+3$", "LSTM, forget bias + 3")),
        *(("uniform", "tanh"), ("orthogonal", "tanh, orthogonal")),
        *(("uniform", "relu"), ("$W = I$", "relu, identity")),
        *(("$K = 40$", clipped), ("$K = 20$", f"{clipped}, K = 20"), ("$K = 10$", f"{clipped}, K = 10")),
        *((name, name) for name in ("sigmoid", "tanh", "relu")),
    ]
    return [
        {"x": "loss at the end", "rows": [(row, {"": np.minimum(p.ends[name], 1)}) for row, name in rows]}
    ]


def fig_rings(p):
    points = {name: [np.transpose([ring.real, ring.imag])] for name, ring in p.rings.items()}
    for name, ring in p.rings.items():
        low, high = map(float, name.split(" to "))
        assert low <= np.abs(ring).min() <= np.abs(ring).max() <= high
    return [{"x": r"$\mathrm{Re}\,\lambda$", "y": r"$\mathrm{Im}\,\lambda$", "curves": points}]


def fig_ring_shares(p):
    lags = np.geomspace(1, 10_000, 200)
    ends = {name: np.sort(np.abs(ring))[[0, -1], None] ** lags for name, ring in p.rings.items()}
    return [
        {
            "x": "$t - k$",
            "y": r"$|\lambda|^{t-k}$",
            "curves": over(lags, ends) | dict([level(1 / np.e, "$1/e$")]),
        }
    ]


def fig_discretised(p):
    """Know that a hold turns a into e^(0.2 a), the bilinear rule into (1 + 0.1 a) / (1 - 0.1 a)."""
    rules = {"zero-order hold": np.exp(0.2 * p.a), "bilinear": (1 + 0.1 * p.a) / (1 - 0.1 * p.a)}
    points = {name: [np.transpose([at.real, at.imag])] for name, at in rules.items()}
    return [{"x": r"$\mathrm{Re}\,\lambda$", "y": r"$\mathrm{Im}\,\lambda$", "curves": points}]


def losses_of(p, task, title):
    updates = np.arange(25, 1200, 50)  # the middle of each block
    sizes = {"adding": (10, 20, 40, 60), "copying": (5, 10, 20, 30)}[task]
    return [
        {
            "x": "updates" if number > 1 else "",
            "y": "loss" if number % 2 == 0 else "",
            "title": title.format(size),
            "curves": over(
                updates,
                {
                    name: np.median(p.data[f"{task} {size} {name}"].astype(float), axis=0)
                    for name in ("RNN", "LSTM", "GRU")
                },
            ),
        }
        for number, size in enumerate(sizes)
    ]


def fig_gap_adding(p):
    return losses_of(p, "adding", "{} steps")


def fig_gap_copying(p):
    return losses_of(p, "copying", "gap {}")


def fig_gap_maps(p):
    return [
        {
            "x": "$k$" if name == "GRU" else "",
            "y": "$t$" if when == "start" else "",
            "corner": name if when == "start" else "",
            "title": when if name == "RNN" else "",
            "bar": LOG_TERM if (name, when) == ("GRU", "end") else "",
            "image": gradient_map(
                p.models[name, when].net, p.batch.x, lambda h, V=p.models[name, when].V: 0 * h + V
            ).mean("terms"),
        }
        for name in ("RNN", "LSTM", "GRU")
        for when in ("start", "middle", "end")
    ]


def map_of(one, *limits):
    lags = np.arange(len(one.shares))
    return [
        {"x": "$k$", "y": "$t$", "bar": LOG_TERM, "image": one.mean("terms")},
        LOG_SHARE | {"line": np.transpose([lags, one.shares[:, 1]]), "curves": dict(map(level, limits))},
    ]


def fig_map_trained(p):
    return map_of(p.found, 0.001)


def fig_map_untrained(p):
    net = LSTM.from_state_dict(p.weights, prefix="untrained.")
    return map_of(gradient_map(net, p.x, lambda h: 0 * h + p.weights["untrained.readout.weight"]), 0.001)


def pair(names, before, after):
    maps = dict(zip(names, (before, after), strict=True))
    above = [{"x": "$k$", "y": "", "title": name, "image": one.mean("terms")} for name, one in maps.items()]
    above[0]["y"], above[1]["bar"] = "$t$", LOG_TERM
    curves = over(np.arange(len(before.shares)), {name: one.arriving[:, 1] for name, one in maps.items()})
    return [*above, LOG_ARRIVING | {"curves": curves}]


def fig_map_vanishes(p):
    return pair(("before", "after"), p.failed, p.start)


def fig_map_explodes(p):
    return pair(("before", "after"), p.maps["as drawn"], p.maps["orthogonal"])


def fig_map_fine(p):
    return pair(("start", "trained"), p.start, p.found)


def fig_map_stack(p):
    """Each sequence alone, without padding, by the terms of the biases: their norms are those by z."""
    arriving = {(layer, reverse): [[] for _ in range(30)] for layer in (0, 1) for reverse in (False, True)}
    for x, length in zip(p.padded, p.lengths, strict=True):
        run = p.stack.forward(x[:length])
        loss, last = np.ones((length, p.stack.n)), length - 1
        terms = [p.stack.gradient_term(run, loss, last, k) for k in range(length)]
        for (layer, reverse), by_lag in arriving.items():
            for k, term in enumerate(terms):
                by_z = norm(term[f"b_ih_l{layer}{'_reverse' * reverse}"])
                by_lag[last - k].append(by_z / norm(loss[last]))
    curves = {}
    for (layer, reverse), by_lag in arriving.items():
        medians = np.array([np.quantile(one, 0.5, method="inverted_cdf") for one in by_lag])
        drawn = np.where(medians > 0, medians, np.nan)
        curves[rf"${layer}_\{'left' if reverse else 'right'}arrow$"] = drawn
    return [{"x": "$|t - k|$", "y": r"$\alpha$", "curves": over(np.arange(30), curves)}]


def fig_gru_closed(p):
    rows = [
        (way, {name: [shares[at]] for name, shares in p.left.items()})
        for at, way in enumerate(("direct", "update", "reset", "candidate"))
    ]
    return [{"x": "share", "rows": rows}]


def fig_gru_shares(p):
    curves = {name: p.kept[name][1] for name in p.networks}
    return [{"x": "$t - k$", "y": "share", "curves": over(np.arange(51), curves)}]


def fig_ways_one_step(p):
    rows = [
        (way, {name: [np.median([sizes[at] for *_, sizes in runs])] for name, runs in p.found.items()})
        for at, way in enumerate(LSTM_WAYS)
    ]
    return [{"x": NORM, "rows": rows}]


def fig_ways_closed(p):
    def share(runs, way):
        return [np.median([left[f"no {way}"] / left["all"] for left, *_ in runs])]

    rows = [(way, {name: share(runs, way) for name, runs in p.found.items()}) for way in LSTM_WAYS]
    return [{"x": "share", "rows": rows}]


def fig_ways_ratio(p):
    curves = {
        name: np.median([by_lag[:, 0] / by_lag[:, 1] for _, by_lag, _ in runs], axis=0)
        for name, runs in p.found.items()
    }
    y = r"$\|d C_t / d C_k\|\, /\, \|F_{tk}\|$"
    return [{"x": "$t - k$", "y": y, "curves": over(np.arange(0, 51, 5), curves)}]


def fig_ways_limit(p):
    curves = {r"$\partial C - I$": [p.opened(b, -b)["from I"] for b in p.biases]}
    for gate in "fico":
        block = slice(3 * "ifco".index(gate), 3 * "ifco".index(gate) + 3)
        curves[rf"$\nabla W_{gate}$"] = [norm(opened(p, b).W_hh[block]) for b in p.biases]
    return [{"x": "$b$", "y": NORM, "curves": over(p.biases, curves)}]


def opened(p, b):
    """Return the gradients of the page's LSTM with its forget gate open and its input gate closed."""
    cell = LSTM(p.W_ih, p.W_hh, np.repeat([-b, b, 0, 0], 3))
    run = cell.forward(p.x, p.h_first, p.C_first)
    return cell.backward(run, run.h - p.y)


def fig_pseudospectra(p):
    def edges(M, exponents):
        """Look at each edge where its label stands: there a change of that size makes an eigenvalue."""
        names = {f"$10^{{{n}}}$" if n else "1": 10.0**n for n in exponents}

        def near(found):
            levels = {name: float(pseudospectral_level(M, complex(*at))) for name, at in found.places.items()}
            return levels == pytest.approx(names, rel=0.05)  # between points of the grid an edge is straight

        return near

    axes = {"x": r"$\mathrm{Re}\, z$", "y": r"$\mathrm{Im}\, z$"}
    matrices = {"$A$": ([[0.9, 10], [0, 0.8]], (-3, -2, -1)), "$D$": (np.diag([0.9, 0.8]), (-1, 0))}
    return [axes | {"title": name, "test": edges(*of)} for name, of in matrices.items()]


def fig_kreiss(p):
    curves = powers(
        {"$A$": [[0.9, 10], [0, 0.8]], "$B$": [[0.9, 50], [0, 0.9]], "$D$": np.diag([0.9, 0.8])}, 80
    )
    r = 1 + np.geomspace(1e-2, 10, 10_001)  # on the real line the resolvent of A is largest
    K = ((r - 1) / pseudospectral_level([[0.9, 10], [0, 0.8]], r)).max()
    curves |= {"$K$": np.full(81, K), "$2eK$": np.full(81, 2 * np.e * K)}
    return [{"x": "$n$", "y": r"$\Vert M^n \Vert$", "curves": over(np.arange(81), curves)}]


def fig_four_networks(p):
    curves = {
        f"${name}$": [norm(run.net.jacobian(run, t, 0), 2) for t in range(31)] for name, run in p.runs.items()
    }
    y = r"$\Vert \partial h_t / \partial h_0 \Vert$"
    return [{"x": "$t$", "y": y, "curves": over(np.arange(31), curves)}]


def fig_gain(p):
    drawn = np.array([p.largest_exponents(seed, p.gains, (0, 1, 2)) for seed in (1, 2, 3, 4)])
    curves = {f"$s = {s}$": np.median(drawn[:, s], axis=0) for s in (0, 1, 2)}
    return [{"x": "$g$", "y": r"$\lambda_1$", "curves": over(p.gains, curves)}]


def fig_latch(p):
    """Multiply the slopes from step 101 on."""
    curves = {"sum": np.ones(21)}
    for w in (1.2, 1.5, 2.0):
        h, slopes = 1.0, []
        for x in p.small[:121, 0]:
            h = np.tanh(w * h + x)
            slopes.append(w * (1 - h**2))
        curves[f"$w = {w}$"] = np.cumprod([1, *slopes[101:]])
    return [{"x": "lag", "y": "share", "curves": over(np.arange(21), curves)}]


def fig_errata(p):
    printed = {
        "2": r"$w_{31} \dots w_{3d}$",
        "6-layer": r"$\partial y_2 / \partial p_2$",
        "10": "$k = 1$",
        "12": r"$\dots\, \partial h_1 / \partial W$",
        "13": r"$\partial h_k / \partial W$",
        "15-jacobian": r"$(\partial h_t / \partial h_k)^T$",
        "18-own": "$J_t^{t-k}$",
        "23": "$Q_{22} = 0.5$",
        "39-candidate": r"$\partial L / \partial W_c$",
        "40": "$f_t^{t-k}$",
        "41": r"$\prod \partial C_i / \partial C_{i-1}$",
        "49-forget": r"$\partial C_k / \partial W_f$",
    }
    errors = findings.numbers()
    rows = [(f"{name.split('-')[0]}:  {what}", {"": [errors[name]]}) for name, what in printed.items()]
    return [{"x": "relative error", "rows": rows}]


def fig_terms(p):
    return [{"x": "$k$", "y": "$t$", "bar": TERM, "image": terms(p.wide, p.long, p.long.h - p.targets)}]


def fig_sigmoid(p):
    z = np.linspace(-6, 6, 241)
    value = 1 / (1 + np.exp(-z))
    slope = [np.transpose([z, value * (1 - value)])]
    curves = {r"$\sigma(z)$": [np.transpose([z, value])], r"$\sigma′(z)$": slope}
    y = r"$\sigma(z)$, $\sigma′(z)$"
    return [{"x": "$z$", "y": y, "curves": curves | {r"$\sigma′(0)$$\,=\,0.25$": slope}}]


def fig_three_steps_powers(p):
    rows = []
    for name, scale in (("$W$:  ", 1), ("$3W$:  ", 3)):
        errors = findings.errors(18, findings.network_a(scale))
        rows.append((rf"{name}$J_t^{{t-k}}$", {"": [errors["18-own"]]}))
        rows += [(r"$J_3^{t-k}$", {"": [errors["18-last"]]}), (r"$J_3^{3}$", {"": [errors["18-cube"]]})]
    return [{"x": "relative error", "rows": rows}]


def fig_three_steps_norms(p):
    return [{"x": "$k$", "y": "$t$", "bar": TERM, "image": terms(p.net, p.run, p.run.h - p.y)}]


def fig_three_steps_terms(p):
    steps_between = [[0], [1, 0], [2, 1, 0], [3, 2, 1, 0]]
    darkest_for_most = [[-m for m in row] + [np.nan] * (4 - len(row)) for row in steps_between]
    return [{"x": "$k$", "y": "$t$", "image": darkest_for_most}]


def fig_powers_gap(p):
    def wrong(power):
        return [power(gap) for gap in p.gaps]

    curves = {
        r"$Q \Lambda^n Q^{-1}$": wrong(lambda gap: error_of(gap, by_eigenvectors)),
        "squaring": wrong(lambda gap: error_of(gap, power)),
        r"$\varepsilon\,\kappa(Q)$": wrong(lambda gap: np.finfo(float).eps * kappa(gap)),
    }
    seen = {name: np.array(y) > 0 for name, y in curves.items()}
    curves = {name: [np.transpose([p.gaps, y])[seen[name]]] for name, y in curves.items()}
    return [{"x": r"$\delta$", "y": "relative error", "curves": curves}]


def error_of(gap, power):
    M = np.array([[0.9, 1.0], [0.0, 0.9 + gap]])
    exact = matrix_power_exact(np.vectorize(Fraction, otypes=[object])(M), 30).astype(float)
    return norm(power(M, 30) - exact) / norm(exact)


def by_eigenvectors(M, n):
    eigenvalues, Q = np.linalg.eig(M)
    return Q * eigenvalues**n @ np.linalg.inv(Q)


def kappa(gap):
    """Return the condition number of the eigenvectors (1, 0) and (1, delta), each of unit length."""
    delta = 0.9 + gap - 0.9
    return (1 + np.hypot(1, delta)) / delta


def fig_circle(p):
    W = np.array([[0.58, 0.24], [0.24, 0.72]])

    def images(found):
        """Take every point back by the power that names its curve: it lies on the unit circle."""
        back = {name: np.linalg.solve(power(W, n), found.curves[name][0].T) for name, n in exponents.items()}
        return all(np.allclose(norm(points, axis=0), 1) for points in back.values())

    exponents = {"$W$": 1, "$W^{2}$": 2, "$W^{4}$": 4, "$W^{8}$": 8}
    return [{"x": "$x_1$", "y": "$x_2$", "test": images}]


def fig_regimes(p):
    matrices = {
        "$S$": np.diag([1.1, 0.5]),
        "$I + N$": [[1, 1], [0, 1]],
        "$R$": [[0, -1], [1, 0]],
        "$W$": [[0.58, 0.24], [0.24, 0.72]],
        "$A$": [[0.9, 100], [0, 0.8]],
    }
    curves = over(np.arange(61), powers(matrices, 60)) | over(np.arange(61), {"$N$": [1, 1, *[np.nan] * 59]})
    return [{"x": "$n$", "y": r"$\Vert M^n \Vert$", "curves": curves}]


def fig_gradient_by_lag(p):
    lags = np.arange(31)
    curves = {f"$f = {f}$": float(f) ** lags for f in (1, 0.99, 0.9, 0.5)}
    factors = [p.states.slope[30 - lag][:, None] * p.plain.W for lag in lags[:-1]]
    products = [np.linalg.multi_dot([np.eye(16), np.eye(16), *factors[:lag]]) for lag in lags]
    curves["RNN"] = [norm(product, 2) for product in products]
    y = r"$\|\partial C_t / \partial C_k\|$, $\|\partial h_t / \partial h_k\|$"
    return [{"x": "$t - k$", "y": y, "curves": over(lags, curves)}]


def fig_path_and_whole(p):
    curves = {}
    for bias, after in ((1, ", $b_f + 1$"), (0, "")):
        net, run = p.large(0, bias)
        curves[f"path{after}"] = [run.f[51 - lag : 51].prod(axis=0).max() for lag in range(51)]
        held = [net.jacobian(run, 50, 50 - lag)[32:, 32:] for lag in range(51)]
        curves[f"held{after}"] = [norm(J, 2) for J in held]
    return [{"x": "$t - k$", "y": NORM, "curves": over(np.arange(51), curves)}]


def fig_gate_run(p):
    f, i, o, C, h = (q[:, 0] for q in (p.cell.f, p.cell.i, p.cell.o, p.cell.C, p.cell.h))
    return [
        {"y": "$x_t$", "heights": p.x[:, 2]},
        {"image": [f, i, o], "names": ["$f_t$", "$i_t$", "$o_t$"]},
        {"y": "$C_t$", "heights": C},
        {"x": "$t$", "y": "$h_t$", "heights": h},
    ]


def fig_value_ranges(p):
    names = {"$f_t$": "f", "$i_t$": "i", "$o_t$": "o", r"$\tilde C_t$": "g", "$C_t$": "C", "$h_t$": "h"}
    met = {symbol: np.array(p.met[name]) for symbol, name in names.items()}
    rows = [(symbol, {"": [values.min(), values.max()]}) for symbol, values in met.items()]
    return [{"x": "value", "rows": rows}]


# -- Whether it is -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("page", "figure"), [one for one in figures() if one[1] not in DIAGRAMS])
@pytest.mark.usefixtures("no_window")
def test_what_a_label_names_is_what_is_drawn(page, figure):
    expected = globals().get(figure.replace("-", "_"))
    assert expected, f"say in a function what {figure} should show"
    panels, names = drawn(page)[figure]
    for found, wanted in zip(panels, expected(names), strict=True):
        agree(found, wanted)


def agree(found, wanted):
    """Raise an AssertionError unless a panel shows what it should, and by the names that it should."""
    for side in ("x", "y", "title", "bar", "corner"):
        assert getattr(found, side) == wanted.get(side, ""), side
    if "test" in wanted:
        assert wanted["test"](found)
        return
    assert found.curves.keys() == wanted.get("curves", {}).keys()
    for name, lines in wanted.get("curves", {}).items():
        for line, other in zip(found.curves[name], lines, strict=False):
            np.testing.assert_allclose(line, other, rtol=RTOL, err_msg=name)
    if "rows" in wanted:
        assert [name for name, _ in found.rows] == [name for name, _ in wanted["rows"]]
        for (name, row), (_, other) in zip(found.rows, wanted["rows"], strict=True):
            assert row == {part: pytest.approx(values, rel=RTOL, abs=0) for part, values in other.items()}, (
                name
            )
    if "image" in wanted:
        np.testing.assert_allclose(found.image, finite(wanted["image"]), rtol=RTOL, atol=ATOL)
        assert [name for name, _ in found.rows] == wanted.get("names", [])
    if "heights" in wanted:
        np.testing.assert_allclose(found.heights, wanted["heights"], atol=ATOL)
    if "line" in wanted:
        assert any(
            line.shape == wanted["line"].shape and np.allclose(line, wanted["line"]) for line in found.lines
        )


def test_of_two_captions_of_a_page_one_holds_a_glued_value():
    """Exchanged, it stands at another figure, of which the list of numbers or the build complains."""
    typed = Counter[str]()
    for page in DOCS.rglob("*.md"):
        for header, _ in CELL.findall(page.read_text(encoding="utf-8")):
            caption = header.partition("caption:")[2].partition("image:")[0]
            typed[page.stem] += bool(caption) and "{glue:" not in caption

    assert {page: many for page, many in typed.items() if many > 1} == {}
    assert typed.total() > 0


def finite(image):
    """Return an image with NaN where it is blank."""
    image = np.array(image, dtype=float)
    return np.where(np.isfinite(image), image, np.nan)
